"""Where real samples come from: toy densities, points and images from files."""
