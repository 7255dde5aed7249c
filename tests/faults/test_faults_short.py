# SPDX-License-Identifier: Apache-2.0
"""Each fault in its short form; `tests/faults/run --long` has the long one."""
import pytest

from scenarios import every_scenario
from trial import Trial, stage_for


@pytest.mark.parametrize("scenario", every_scenario(),
                         ids=lambda scenario: scenario.number)
def test_fault(scenario, request):
    why_not = scenario.why_not()
    if why_not:
        pytest.skip(why_not)
    if scenario.own_stage:
        own = stage_for(scenario, long=False)
        try:
            trial = Trial(scenario, own, long=False, seed=1).play()
        finally:
            troubles = own.remove()
        assert not troubles, troubles
    else:
        trial = Trial(scenario, request.getfixturevalue("stage"),
                      long=False, seed=1).play()
    print(trial.line())
    assert not trial.complaints, "\n".join([trial.line(), *trial.complaints])
