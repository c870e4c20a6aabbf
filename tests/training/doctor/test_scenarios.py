"""Runs that are ill on purpose are called by their name, and healthy ones are not called ill."""

import pytest

from ganstudio.bench.doctor import examined, judged, run, table
from ganstudio.bench.doctor_scenarios import HEALTHY, ILL, SCENARIOS, TWINS
from ganstudio.training.doctor.words import DISEASES

BY_NAME = {s.name: s for s in SCENARIOS}


def outcome(name, seed=0):
    scenario = BY_NAME[name]
    return judged(scenario, seed, examined(scenario, seed))


def test_every_disease_is_produced_on_purpose():
    assert {s.disease for s in ILL} == set(DISEASES)
    assert not any(s.disease for s in HEALTHY)


def test_every_disease_has_a_healthy_twin_of_its_own():
    of = [BY_NAME[twin.twin_of].disease for twin in TWINS]
    assert sorted(of) == sorted(DISEASES)


def test_a_lagging_discriminator_is_named():
    assert outcome("lagging-moons").named == "lagging"


def test_a_run_that_breaks_is_diverging():
    found = outcome("divergence-momentum")
    assert found.right and found.found < 400


def test_the_table_counts_hits_and_false_alarms():
    lines = table([outcome("divergence-momentum", 1)])
    assert "1/1" in lines[1] and "1 of 1 ill" in lines[-1] and "0 of 0 healthy" in lines[-1]


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_over_five_seeds_the_doctor_is_right():
    """The table of docs/doctor.md, with room for other machines' rounding."""
    outcomes = run(range(5))
    ill, well = ([o for o in outcomes if bool(o.disease) is kind] for kind in (True, False))
    print("\n".join(table(outcomes)))
    assert sum(o.right for o in ill) >= 0.9 * len(ill)
    assert sum(o.kept for o in ill) >= 0.85 * len(ill)
    assert sum(not o.right for o in well) <= 0.06 * len(well)
    for disease in DISEASES:
        of = [o for o in ill if o.disease == disease]
        assert sum(o.right for o in of) >= 0.6 * len(of), disease
