"""Plays a scenario at an inspection of its own, and holds the answers against what it expects."""

import datetime
import hashlib
import re
import time
import uuid

from canonical import hash_of
from service import Unexpected

ISSUE = "urn:problem-type:kindreflex:input:"


def fresh():
    """A new id (UUIDv7: ordered by time, as a device should make them)."""
    bits = (time.time_ns() // 1_000_000) << 80 | (uuid.uuid4().int & ((1 << 80) - 1))
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62))


def repeated(lines):
    """The lines, those with `times` as often as that, each # in them the number of the turn."""

    def numbered(value, turn):
        if isinstance(value, str):
            return value.replace("#", str(turn))
        if isinstance(value, list):
            return [numbered(item, turn) for item in value]
        if isinstance(value, dict):
            return {name: numbered(item, turn) for name, item in value.items()}
        return value

    for line in lines:
        rest = {name: value for name, value in line.items() if name != "times"}
        for turn in range(line.get("times", 1)):
            yield numbered(rest, turn)


def agree(what, found, expected):
    if found != expected:
        raise Unexpected(f"{what}: expected {expected!r}, found {found!r}")


class Stage:
    """Who plays, and where: a planner, a lead and a member of the team, an open round and a facility."""

    def __init__(self, planner, lead, member, round_id, facility_id):
        self.planner, self.people = planner, {"lead": lead, "member": member}
        self.round_id, self.facility_id = round_id, facility_id
        self.subjects = {role: caller.subject(role) for role, caller in self.people.items()}
        self.planner.subject("planner")
        if self.subjects["lead"] == self.subjects["member"]:
            raise Unexpected("the tokens of the lead and the member are of one person")

    def inspection(self):
        team = [{"person": self.subjects[role], "name": f"Conformance kit, {role}", "role": role} for role in self.people]
        body = {"roundId": self.round_id, "facilityId": self.facility_id, "reason": "thematicRound", "announced": False, "assignments": team}
        return self.planner.ask("POST", "/inspections", body).expect(201).body["id"]

    def cancel(self, inspection):
        """Ends an inspection: nothing that a kit made stays open."""
        seen = self.planner.get(f"/inspections/{inspection}").expect(200)
        if seen.body["status"] in ("planned", "inProgress"):
            body = {"ground": "planning", "reason": "Conformance kit"}
            self.planner.ask("POST", f"/inspections/{inspection}/cancellations", body, If_Match=seen.tag).expect(200)


class Player:
    """A scenario that is being played. Names in it stand for ids that are made now."""

    def __init__(self, stage, scenario):
        self.stage, self.scenario = stage, scenario
        self.ids, self.contents, self.sent, self.receipts = {}, {}, {}, {}
        self.inspection = stage.inspection()
        self.base = f"/inspections/{self.inspection}"
        self.words = self.words_of(self.pack("lead"))

    def play(self):
        try:
            for name, owner in self.scenario["devices"].items():
                if owner:
                    device = {"name": f"Conformance kit, {name}"}
                    self.stage.people[owner].ask("PUT", f"/devices/{self.id(name)}", device).expect(201)
            for number, step in enumerate(self.scenario["steps"], 1):
                try:
                    self.step(step)
                except Unexpected as why:
                    raise Unexpected(f"step {number}, {step.get('why', step['do'])}: {self.named(str(why))}") from why
        finally:
            self.tidy()

    def tidy(self):
        self.stage.cancel(self.inspection)
        for name, owner in self.scenario["devices"].items():
            if owner and name in self.ids:
                self.revoke({"device": name}, again=True)

    def named(self, text):
        """The same, with the names of the scenario for its ids."""
        for name, id in self.ids.items():
            text = text.replace(id, name)
        return text

    def step(self, step):
        {"sync": self.sync, "finding": self.finding, "pack": self.check_pack, "revoke": self.revoke, "cancel": self.end}[step["do"]](step)

    def id(self, name):
        if name not in self.ids:
            self.ids[name] = fresh()
        return self.ids[name]

    def person(self, device):
        return self.stage.people[self.scenario["devices"][device] or "lead"]

    def words_of(self, pack):
        """What the scenarios leave to the round: a criterion, a judgement that its framework allows for it, one that it does not."""
        for framework in pack["frameworks"]:
            for criterion in (one for theme in framework["themes"] for one in theme["criteria"]):
                regulated = criterion["kind"] == "requirement" and criterion.get("legalBasis")
                allowed = framework["allowedJudgements"][criterion["kind"]]
                breaches = [one["code"] for one in framework["judgements"] if one.get("breach")]
                fine = [code for code in allowed if regulated or code not in breaches]
                refused = [code for code in breaches if code not in fine]
                if fine and refused:
                    named = {"frameworkCode": framework["code"], "versionCode": framework["version"]["code"], "criterionCode": criterion["code"]}
                    kind = framework["evidenceKinds"][0]["code"]
                    return {"$criterion": named, "$allowed": fine[0], "$notAllowed": refused[0], "$evidenceKind": kind}
        raise Unexpected("no framework of the round has a criterion for which a breach is not allowed; give another --round")

    def filled(self, value, field=None):
        """A content as it is sent: the round's words and the ids in their places."""
        if isinstance(value, dict):
            return {name: self.filled(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if field == "attachmentId":
            return self.id(value)
        return self.words.get(value, value) if isinstance(value, str) else value

    def version(self, line):
        content = self.filled(line["content"])
        made_at = line.get("madeAt", datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"))
        parents = [self.id(parent) for parent in line.get("parents", [])]
        version = {"id": self.id(line["id"]), "findingId": self.id(line["findingId"]), "parents": parents, "madeAt": made_at, "content": content}
        if not line.get("other"):
            # A version is the same whenever it is sent.
            return self.contents.setdefault(line["id"], version)
        return version

    def sync(self, step):
        batch, device = step["batch"], step["device"]
        versions = [self.version(line) for line in repeated(step.get("versions", []))]
        body = {"batchId": self.id(batch), "deviceId": self.id(device), "versions": versions}
        answer = self.person(device).ask("POST", f"{self.base}/syncs", body)
        if step.get("answerLost"):
            return
        answer.expect(step["status"])
        for text in step.get("neverSaid", []):
            if text in answer.text:
                raise Unexpected("the answer repeats what it must not")
        if step["status"] >= 400:
            agree("the problem", answer.body["type"].rsplit(":", 1)[1], step["problem"])
            agree("its issues", issues_of(answer.body), step.get("issues", []))
            return
        self.check_receipt(answer.body, step, versions)
        known = self.receipts.setdefault(batch, answer.body)
        agree("the receipt of the same batch", answer.body, known)
        stored = self.person(device).get(f"{self.base}/syncs/{self.id(batch)}").expect(200)
        agree("the receipt when it is read", stored.body, answer.body)

    def check_receipt(self, receipt, step, versions):
        agree("the receipt's batch", receipt["batchId"], self.id(step["batch"]))
        expected = list(repeated(step["receipt"]))
        agree("the number of versions in the receipt", len(receipt["versions"]), len(expected))
        for place, (line, wanted, version) in enumerate(zip(receipt["versions"], expected, versions, strict=True), 1):
            at = f"version {place}"
            agree(f"{at}, its outcome ({line.get('issues', 'no issues')})", line["outcome"], wanted["outcome"])
            agree(f"{at}, its issues", issues_of(line), wanted.get("issues", []))
            agree(f"{at}, its ids", (line["id"], line["findingId"]), (version["id"], version["findingId"]))
            rejected = wanted["outcome"] == "rejected"
            agree(f"{at}, its hash", line.get("hash"), None if rejected else hash_of(version["content"]))
        awaited = sorted((one["attachmentId"], one["sha256"]) for one in receipt["awaitedAttachments"])
        wanted = sorted((self.id(one["attachmentId"]), one["sha256"]) for one in step.get("awaitedAttachments", []))
        agree("the attachments awaited", awaited, wanted)

    def finding(self, step):
        """A finding as it must stand now, and its versions with their statuses."""
        lead = self.stage.people["lead"]
        at = f"{self.base}/findings/{self.id(step['finding'])}"
        answer = lead.get(at).expect(step.get("status", 200))
        if answer.status == 200:
            self.check_finding(answer.body, step)
        if "versions" in step:
            items = lead.all(f"{at}/versions?pageSize=200")
            found = sorted((one["id"], one["status"], one.get("late", False)) for one in items)
            wanted = [(self.id(one["id"]), one["status"], one.get("late", False)) for one in repeated(step["versions"])]
            agree("its versions", found, sorted(wanted))
            for one in items:
                agree("the hash of a version and of what it says", one["hash"], hash_of(one["content"]))

    def check_finding(self, found, expected):
        heads = [self.id(name) for name in expected["heads"]]
        agree("its heads", sorted(found["heads"]), sorted(heads))
        agree("whether it is in a conflict", found["conflict"], len(heads) > 1)
        base = sorted(self.id(name) for name in expected.get("base", []))
        agree("what its heads go back to", sorted(one["id"] for one in found["baseVersions"]), base)
        agree("how many versions wait", found["pending"], expected.get("pending", 0))
        says = self.contents[expected["heads"][0]]["content"] if len(heads) == 1 else None
        agree("what it says", found.get("content"), says)

    def pack(self, role, **headers):
        """The pack, whole: its hash is that of the rest, its tag gives 304, and it has not expired."""
        caller = self.stage.people[role]
        answer = caller.get(f"{self.base}/pack").expect(200)
        said = answer.body["hash"]
        rest, count = re.subn(rf'^\{{"hash":"{said}",', "{", answer.text, count=1)
        agree("the pack begins with its hash", count, 1)
        agree("the hash of the rest of the pack", said, hashlib.sha256(rest.encode()).hexdigest())
        caller.get(f"{self.base}/pack", If_None_Match=answer.tag).expect(304)
        expires = datetime.datetime.fromisoformat(answer.body["expiresAt"])
        if expires <= datetime.datetime.now(datetime.UTC):
            raise Unexpected(f"the pack expired at {expires}")
        return answer.body

    def check_pack(self, step):
        findings = {one["id"]: one for one in self.pack(step.get("by", "lead"))["findings"]}
        agree("the findings in the pack", sorted(findings), sorted(self.id(one["finding"]) for one in step["findings"]))
        for expected in step["findings"]:
            self.check_finding(findings[self.id(expected["finding"])], expected)

    def revoke(self, step, again=False):
        path, owner = f"/devices/{self.id(step['device'])}", self.person(step["device"])
        seen = owner.get(path).expect(200)
        if not (again and "revokedAt" in seen.body):
            owner.ask("DELETE", path, If_Match=seen.tag).expect(200)

    def end(self, _):
        self.stage.cancel(self.inspection)


def issues_of(said):
    """The kinds and the fields of the issues, without what is said of them to people."""
    return [{"type": one["type"].removeprefix(ISSUE), "name": one["name"]} for one in said.get("issues", [])]
