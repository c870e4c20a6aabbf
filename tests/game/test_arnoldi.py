"""Leading eigenvalues from products alone, against dense algebra."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.game.arnoldi import Arnoldi


def grown(matrix, steps, limit=30, seed=0):
    space = Arnoldi(matrix[0], limit, seed)
    for _ in range(steps):
        if not space.closed and space.done < space.limit:
            space.add(matrix @ space.last)
    return space


def random_matrix(size, seed=0):
    torch.manual_seed(seed)
    return torch.randn(size, size).double()


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.integers(0, 1000))
def test_a_space_that_is_full_knows_every_value(size, seed):
    matrix = random_matrix(size, seed)
    space = grown(matrix, size)
    found = space.ritz(size).values
    exact = np.linalg.eigvals(matrix.numpy())
    assert space.closed and len(found) == size
    for value in exact:
        assert np.abs(found - value).min() < 1e-8 * np.abs(exact).max()


def test_the_leading_values_come_first_and_residuals_are_true():
    matrix = random_matrix(80) + torch.diag(torch.tensor([40.0, -30.0, 20.0] + [0.0] * 77).double())
    space = grown(matrix, 25)
    found = space.ritz(3)
    exact = np.linalg.eigvals(matrix.numpy())
    leading = exact[np.argsort(-np.abs(exact))][:3]
    np.testing.assert_allclose(np.abs(found.values), np.abs(leading), rtol=1e-4)
    for index in range(3):
        real, imag = (t.numpy() for t in space.vector(found, index))
        vector = real + 1j * imag
        off = matrix.numpy() @ vector - found.values[index] * vector
        assert np.linalg.norm(off) == pytest.approx(found.residuals[index], rel=1e-3, abs=1e-10)


def test_the_basis_stays_orthonormal_where_little_is_left_of_an_image():
    """A matrix of nearly one direction: what is new in each image is but rounding away."""
    matrix = torch.full((60, 60), 1e4).double() + 1e-4 * random_matrix(60)
    space = grown(matrix, 12)
    held = space.basis[:space.done]
    torch.testing.assert_close(held @ held.T, torch.eye(len(held)).double(), rtol=0, atol=1e-10)


def test_a_complex_pair_is_not_cut_in_two_and_spans_what_is_turned_into_itself():
    turn = torch.tensor([[-0.1, -3.0], [3.0, -0.1]]).double()
    basis = torch.linalg.qr(random_matrix(6))[0]
    matrix = basis @ torch.block_diag(turn, torch.diag(torch.tensor([.5, .4, .3, .2]).double())
                                      ) @ basis.T
    space = grown(matrix, 6)
    found = space.ritz(1)
    np.testing.assert_allclose(found.values, [-0.1 + 3j, -0.1 - 3j], atol=1e-10)
    real, imag = space.vector(found, 0)
    span = torch.stack([real, imag], 1)
    image = matrix @ span
    rest = image - span @ torch.linalg.lstsq(span, image).solution
    assert float(rest.norm()) < 1e-9


def test_it_gives_the_same_twice_and_says_when_it_was_cut_short():
    matrix = random_matrix(50)
    first, second = (grown(matrix, 12).ritz(4) for _ in range(2))
    np.testing.assert_array_equal(first.values, second.values)
    space = grown(matrix, 12)
    assert not space.settled(4, 1e-6) and space.ritz(4).residuals.max() > 1e-6
    assert grown(matrix, 12, limit=12).settled(4, 1e-6)  # there is no more room


def test_in_single_precision_no_residual_claims_more_than_rounding_allows():
    matrix = torch.diag(torch.tensor([8.0, 4.0, 2.0, 1.0, 0.5, 0.25]))
    found = grown(matrix, 6).ritz(2)
    assert (found.residuals > 1e-8).all() and (found.residuals < 1e-5).all()
