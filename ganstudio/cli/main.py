"""What is typed after ``ganstudio``, and where it goes. Nothing heavy is imported up here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ganstudio import __version__

COMMANDS = ("presets", "train", "resume", "inspect", "replay", "gallery", "export", "metrics",
            "dynamics", "bench")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 our fault, 2 the caller's, 130 stopped."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] == "studio":
        words = words[1:]
    elif words and (words[0] in COMMANDS or words[0] in ("-h", "--help", "--version")):
        return _command(words)
    if words and words[0].startswith("-"):
        return _command(words)
    return _studio(words)


def _studio(words: list[str]) -> int:
    if len(words) > 1:
        return complain(f"the studio opens one run or recipe, not {len(words)}")
    if words and not Path(words[0]).exists():
        return complain(f"there is no command and no file or folder {words[0]!r}; the commands are "
                        f"{', '.join(COMMANDS)}")
    from ganstudio.studio.app import main as studio

    return studio(words[0] if words else None)


def complain(sentence: str) -> int:
    """Say the caller's mistake in one sentence; the exit code for it."""
    print(f"ganstudio: {' '.join(sentence.split())}", file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        sys.exit(complain(f"{message} (see {self.prog} --help)"))


def _command(words: list[str]) -> int:
    try:
        arguments = parser().parse_args(words)
        return int(arguments.run(arguments))
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        # Before anything was under way, or a second Ctrl+C while the first was being obeyed.
        return 130


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top: argparse.ArgumentParser = _Parser(
        prog="ganstudio", description="Train generative adversarial networks and watch the game "
        "they play. Without a command the studio opens.")
    top.add_argument("--version", action="version", version=f"ganstudio {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", parser_class=_Parser, required=True)
    _presets(commands)
    _train(commands)
    _resume(commands)
    _inspect(commands)
    _replay(commands)
    _gallery(commands)
    _export(commands)
    _metrics(commands)
    _dynamics(commands)
    _bench(commands)
    return top


Commands = Any


def _add(commands: Commands, name: str, text: str, epilog: str = "") -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--json", action="store_true",
                      help="print one JSON document on stdout and nothing else there")
    return made


def _presets(commands: Commands) -> None:
    made = _add(commands, "presets", "List what can be started by name.")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.presets import presets
        return presets(as_json=arguments.json)
    made.set_defaults(run=run)


def _train(commands: Commands) -> None:
    made = _add(commands, "train", "Train without a window, from a preset or a recipe file; from "
                "several, or with --sweep, one after another.", epilog=_FieldHelp())
    made.add_argument("recipes", metavar="PRESET|RECIPE", nargs="+",
                      help="a preset's name or a recipe file")
    made.add_argument("--set", dest="changes", metavar="FIELD=VALUE", action="append", default=[],
                      help="change one field, for example --set optimizer_d.lr=0.0004 (repeatable)")
    made.add_argument("--sweep", metavar="FIELD=A,B,C", action="append", default=[],
                      help="train a run for each of these values, or FIELD=LOW..HIGH/COUNT "
                      "(repeatable: every combination); go on by ganstudio resume")
    _sort_flag(made)
    made.add_argument("--data", metavar="PATH", default="",
                      help="the folder of images, IDX file or table of points to train on")
    made.add_argument("--steps", type=_count, metavar="N", default=10_000,
                      help="steps to train (default %(default)s)")
    made.add_argument("--run", dest="folder", metavar="DIR", help="the folder to make for the "
                      "run or the sweep (default: a new one under ./runs)")
    made.add_argument("--seed", type=_seed, metavar="S", help="the seed of every random draw")
    made.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"),
                      help="on what to compute")
    _features_flag(made)
    _doctor_flag(made)
    _tier(made)

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.train import train
        return train(arguments)
    made.set_defaults(run=run)


def _features_flag(made: argparse.ArgumentParser) -> None:
    made.add_argument("--features", default="", metavar="NAME", help="what images are scored in: "
                      "pixels, random, classifier (needs labels), or module:function "
                      "(default: random)")


def _doctor_flag(made: argparse.ArgumentParser) -> None:
    made.add_argument("--doctor", action="store_true", help="have the run examined every 50 steps, "
                      "and say at the end what the doctor finds")


def _tier(made: argparse.ArgumentParser) -> None:
    made.add_argument("--tier", choices=("auto", "eager"), default="auto",
                      help="how steps are computed: as fast as this run allows (auto: captured "
                      "on the CPU, as graphs on an NVIDIA GPU), or one operation at a time "
                      "(eager); the numbers are the same")


def _sort_flag(made: argparse.ArgumentParser) -> None:
    made.add_argument("--sort", metavar="KEY", default="", help="what a sweep's table is sorted "
                      "by: a metric's key (default: a distance from the data) or a loss")


def _resume(commands: Commands) -> None:
    made = _add(commands, "resume", "Go on with a run from where it was left, or finish a sweep.")
    made.add_argument("folder", metavar="RUN|SWEEP", help="a run folder or the folder of a sweep")
    made.add_argument("--steps", type=_count, metavar="N",
                      help="how many steps more (default 10000; a sweep knows its own)")
    _sort_flag(made)
    _features_flag(made)
    _doctor_flag(made)
    _tier(made)

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.train import resume
        return resume(arguments)
    made.set_defaults(run=run)


def _inspect(commands: Commands) -> None:
    made = _add(commands, "inspect", "Say what a run folder holds: recipe, step, last losses, "
                "journal and state digest.")
    made.add_argument("folder", metavar="RUN", help="a run folder")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.inspect import inspect
        return inspect(Path(arguments.folder), as_json=arguments.json)
    made.set_defaults(run=run)


def _replay(commands: Commands) -> None:
    made = _add(commands, "replay", "Train a run again from its recipe, seed and journal, and say "
                "whether the same state comes out. Nothing is written.")
    made.add_argument("folder", metavar="RUN", help="a run folder")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.replay import replay
        return replay(Path(arguments.folder), as_json=arguments.json)
    made.set_defaults(run=run)


def _gallery(commands: Commands) -> None:
    made = _add(commands, "gallery", "Write a sample gallery of a run: contact sheet, single "
                "samples, time-lapse, curves and one web page.")
    made.add_argument("folder", metavar="RUN", help="a run folder")
    made.add_argument("--out", required=True, metavar="DIR", help="where the gallery goes")
    made.add_argument("--rows", type=_side, default=8, metavar="R", help="rows (default 8)")
    made.add_argument("--columns", type=_side, default=8, metavar="C", help="columns (default 8)")
    made.add_argument("--seed", type=_seed, default=0, metavar="S",
                      help="the seed of the gallery's latents (default 0)")
    made.add_argument("--live-weights", action="store_true",
                      help="sample from the generator itself and not from its average")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.gallery import gallery
        return gallery(arguments)
    made.set_defaults(run=run)


def _export(commands: Commands) -> None:
    made = _add(commands, "export", "Take a run away: as one plain PyTorch script, its generator "
                "as ONNX or safetensors, a TensorBoard log, or its recipe.")
    made.add_argument("folder", metavar="RUN", help="a run folder")
    made.add_argument("--to", required=True, dest="kind",
                      choices=("script", "onnx", "safetensors", "tensorboard", "recipe"),
                      help="what to write")
    made.add_argument("--out", required=True, metavar="PATH",
                      help="the file to write (for tensorboard: the log's folder)")
    made.add_argument("--live-weights", action="store_true",
                      help="take the generator itself and not its average")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.export import export
        return export(arguments)
    made.set_defaults(run=run)


def _metrics(commands: Commands) -> None:
    made = _add(commands, "metrics", "Compare two sample sets: .npy, .npz, .csv or a folder of "
                "images each.")
    made.add_argument("real", metavar="REAL")
    made.add_argument("fake", metavar="FAKE")
    made.add_argument("--modes", metavar="FILE", help="centres and σ of the modes (JSON or CSV)")
    made.add_argument("--k", type=int, default=3, help="neighbours for precision, recall, "
                      "density and coverage (default %(default)s)")
    made.add_argument("--bandwidth", type=float, help="width of the RBF kernel "
                      "(default: the median distance)")
    made.add_argument("--features", default="random", help="for images: pixels, random, "
                      "classifier (needs labels), or module:function (default %(default)s)")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.metrics import metrics
        return metrics(arguments.real, arguments.fake, modes=arguments.modes, k=arguments.k,
                       bandwidth=arguments.bandwidth, features=arguments.features,
                       as_json=arguments.json)
    made.set_defaults(run=run)


def _dynamics(commands: Commands) -> None:
    made = _add(commands, "dynamics", "Play one game of two numbers and judge it by its "
                "eigenvalues.")
    made.add_argument("spec", metavar="SPEC", help="a JSON file, JSON text, or - for stdin, with "
                      "game, game_params, rule, rule_params, start and n_steps")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.dynamics import dynamics
        return dynamics(arguments.spec, as_json=arguments.json)
    made.set_defaults(run=run)


def _bench(commands: Commands) -> None:
    made = _add(commands, "bench", "Time our step against the plain loop, side by side.")
    made.add_argument("parts", nargs="*", metavar="PART", help="headless, window, start, memory "
                      "(default: these four); soak: a long sitting in a minute; collapse: mode "
                      "collapse, GAN against PacGAN2; doctor: how often the doctor is right")
    made.add_argument("--rounds", type=_count, default=9, metavar="N",
                      help="how often each is timed, in turn (default %(default)s)")
    made.add_argument("--seconds", type=float, default=0.6, metavar="S",
                      help="length of each timing (default %(default)s)")
    made.add_argument("--seeds", type=_count, default=0, metavar="N",
                      help="collapse, doctor: runs for each line (default 2 and 5, full 10)")
    made.add_argument("--steps", type=_count, default=0, metavar="N",
                      help="collapse: steps of each run (default 12,000, full 400,000)")
    made.add_argument("--full", action="store_true",
                      help="collapse: the published length and rate, which takes a day; soak: "
                      "ten thousand tweaks, ten million rows, a million rounds, 60,000 "
                      "images, a quarter of an hour")
    made.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="headless: on what "
                      "(cuda: graphs, eager and plain on an NVIDIA GPU; no other part then)")
    made.add_argument("--soak", action="store_true", help="the same as the part of that name")
    made.add_argument("--part", action="append", default=[], metavar="NAME", choices=(
        "running", "dragging", "tweaking", "scrubbing", "rows", "rounds", "images"),
        help="soak: only this of it, more of them with --part again: %(choices)s")

    def run(arguments: argparse.Namespace) -> int:
        from ganstudio.cli.bench import bench
        return bench(arguments)
    made.set_defaults(run=run)


def _whole(text: str, low: int, high: int, allowed: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {allowed}")
    return value


def _count(text: str) -> int:
    return _whole(text, 1, 10**12, "above 0")


def _side(text: str) -> int:
    return _whole(text, 1, 200, "from 1 to 200")


def _seed(text: str) -> int:
    return _whole(text, 0, 2**31 - 1, "from 0 to 2147483647")


class _FieldHelp(str):
    """The list of fields, read from the recipe only when help is really shown."""

    def __new__(cls) -> _FieldHelp:
        # argparse fills in only what holds this mark, and so comes by at __mod__.
        return super().__new__(cls, "%(prog)s")

    def __mod__(self, _: object) -> str:
        from ganstudio.cli.presets import field_help
        return field_help()
