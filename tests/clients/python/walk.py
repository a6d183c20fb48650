"""A hospital without a past files its self-assessment, and one with a past its second year, by the generated client."""

import os
import sys

from kindreflex_api_client import AuthenticatedClient
from kindreflex_api_client.api.frameworks import read_framework_version
from kindreflex_api_client.api.self_assessment import (
    confirm_answers,
    create_self_assessment,
    patch_answers,
    read_self_assessment,
    submit_self_assessment,
)
from kindreflex_api_client.models import (
    AnswersInput,
    AnswersSaved,
    ConfirmationInput,
    CriterionAnswerInput,
    Evidence,
    FrameworkVersionView,
    Problem,
    SelfAssessment,
    SelfAssessmentInput,
    Status,
    SubmissionInput,
)
from kindreflex_api_client.types import UNSET


class Caller:
    """A client that counts its calls."""

    def __init__(self, token):
        self.calls = 0
        hooks = {"request": [self.count]}
        self.client = AuthenticatedClient(
            base_url=os.environ["KINDREFLEX"], token=token, httpx_args={"event_hooks": hooks}
        )

    def count(self, _request):
        self.calls += 1

    def framework(self, code, version):
        answer = read_framework_version.sync_detailed(code, version, client=self.client)
        return got(answer, FrameworkVersionView)[0].document

    def create(self, facility_id, cycle_id):
        body = SelfAssessmentInput.from_dict({"facilityId": facility_id, "cycleId": cycle_id})
        return got(create_self_assessment.sync_detailed(client=self.client, body=body), SelfAssessment)

    def answer(self, framework, draft, tag):
        """Answers what is open, turn by turn: what an answer brings up is answered next."""
        open_criteria = [one.criterion_code for one in draft.open_criteria]
        while open_criteria:
            body = AnswersInput(answers=[invented(framework, code) for code in open_criteria])
            answer = patch_answers.sync_detailed(draft.id, client=self.client, if_match=tag, body=body)
            saved, tag = got(answer, AnswersSaved)
            open_criteria = saved.open_criteria
        return tag

    def confirm(self, draft, tag):
        answer = confirm_answers.sync_detailed(draft.id, client=self.client, if_match=tag, body=ConfirmationInput())
        saved, tag = got(answer, AnswersSaved)
        expect(saved.progress.complete, "what was confirmed is complete")
        return tag

    def submit(self, draft, tag):
        answer = submit_self_assessment.sync_detailed(
            draft.id, client=self.client, if_match=tag, body=SubmissionInput()
        )
        submitted, _ = got(answer, SelfAssessment)
        expect(submitted.status == Status.SUBMITTED, "it is handed in")

    def sees(self, draft):
        return read_self_assessment.sync_detailed(draft.id, client=self.client).status_code


def expect(holds, what):
    if not holds:
        sys.exit(f"does not hold: {what}")


def got(answer, kind):
    """What was answered, and its tag; a problem ends the walk."""
    if isinstance(answer.parsed, Problem) or not isinstance(answer.parsed, kind):
        sys.exit(f"{answer.status_code}: {answer.content.decode()}")
    return answer.parsed, answer.headers.get("ETag", "")


def invented(framework, code):
    """An answer on the criterion's first level, with what that level needs."""
    criterion = next(one for theme in framework.themes for one in theme.criteria if one.code == code)
    name = criterion.scale or framework.default_scale
    level = next(scale for scale in framework.scales if scale.code == name).levels[0]
    made = CriterionAnswerInput(criterion_code=code, level=level.code)
    if level.needs_note is True:
        made.note = "Besproken op het teamoverleg (fictief)."
    if criterion.evidence_required is True and level.waives_evidence is not True:
        kind = next(one for one in framework.evidence_kinds if one.counts_files is not True)
        made.evidence = [Evidence(kind=kind.code, description="Verslag (fictief)")]
    return made


def main():
    cycle = os.environ["CYCLE"]
    newcomer = Caller(os.environ["NEW_TOKEN"])
    draft, tag = newcomer.create(os.environ["NEW_FACILITY"], cycle)
    expect(draft.based_on is UNSET, "it starts from nothing")
    framework = newcomer.framework(draft.framework_code, draft.version_code)
    newcomer.submit(draft, newcomer.answer(framework, draft, tag))
    expect(newcomer.calls < 10, f"a first year takes under ten calls, this took {newcomer.calls}")
    print(f"first year: {newcomer.calls} calls")

    known = Caller(os.environ["KNOWN_TOKEN"])
    second, tag = known.create(os.environ["KNOWN_FACILITY"], cycle)
    expect(second.based_on is not UNSET, "it starts from last year's")
    tag = known.answer(framework, second, tag)
    known.submit(second, known.confirm(second, tag))
    expect(known.calls == 4, f"create, answers, confirmations, submission; this took {known.calls}")
    print(f"second year: {known.calls} calls")

    expect(newcomer.sees(draft) == 200, "a hospital sees its own")
    expect(known.sees(draft) == 404 and newcomer.sees(second) == 404, "and not the other's")
    print("Python: the walk is complete")


if __name__ == "__main__":
    main()
