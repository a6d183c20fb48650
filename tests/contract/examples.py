"""Sends every example of the document to a fresh demo, in the order of a story; each operation has to succeed.

Usage: examples.py BINARY
"""

import sys

import requests
import yaml

from demo import demo

METHODS = ("get", "put", "post", "patch", "delete")
# What makes a thing comes before what uses it; within a line, in this order. The others are reads and come last,
# but for what takes things away.
STORY = """
putSector putFacilityType createOrganisation replaceOrganisation createFacility replaceFacility createSite replaceSite
createUnit replaceUnit putIntegration giveMandate replaceMandate putFrameworkVersion publishFrameworkVersion migrateFramework createCycle replaceCycle
askContribution answerContribution acceptContribution returnContribution renewContributionLink
createInspectionRound replaceInspectionRound publishChecklistRevision openInspectionRound closeInspectionRound
putStepPlan putAttachment createSelfAssessment reopenSelfAssessment deleteAnswer putAnswer patchAnswers sendAnswerSheet confirmAnswers submitSelfAssessment
recordReceipt putImprovementPoint createReport deliverReport
raiseUrgentSignal acknowledgeUrgentSignal recordUrgentMeasure
putSurveyVersion createSurveyWave makeSurveyLinks openSurveyLink answerSurvey
""".split()
LAST = ["closeSurveyWave", "withdrawContribution", "deleteIntegration", "revokeMandate"]


class Yaml(yaml.SafeLoader):
    """YAML 1.2 knows no dates."""


Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def main(binary):
    failures = []
    with demo(binary) as service:
        document = requests.get(f"{service.address}/v1/doc/openapi.json", timeout=10).json()
        as_yaml = requests.get(f"{service.address}/v1/doc/openapi.yaml", timeout=10).text
        older = requests.get(f"{service.address}/v1/doc/openapi-3.0.json", timeout=10).json()
        older_yaml = requests.get(f"{service.address}/v1/doc/openapi-3.0.yaml", timeout=10).text
        if yaml.load(as_yaml, Yaml) != document or yaml.load(older_yaml, Yaml) != older:
            failures.append("the YAML documents differ from the JSON ones")
        if document["servers"] != [{"url": service.address}]:
            failures.append("the document does not name this instance")
        operations = {
            operation["operationId"]: (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method in METHODS
        }
        unknown = set(STORY + LAST) - set(operations)
        reads = [name for name in operations if name not in STORY + LAST]
        for name in [name for name in STORY + reads + LAST if name not in unknown]:
            path, method, operation = operations[name]
            # Every role that may, on what it reaches, is the suite's table; here the first for whom the example is meant.
            roles = operation.get("x-roles") or [None]
            role = "admin" if "admin" in roles and method == "get" else roles[0]
            answer = send(service, role, path, method, operation)
            if not 200 <= answer.status_code < 300:
                failures.append(f"{name} as {role}: {answer.status_code} {answer.text}")
            elif str(answer.status_code) not in operation["responses"]:
                failures.append(f"{name}: {answer.status_code} is not in the document")
    print(f"{len(operations)} operations, {len(failures)} failures")
    for failure in failures:
        print(failure)
    return 1 if failures else 0


def send(service, role, path, method, operation):
    headers = {"Authorization": f"Bearer {service.tokens[role]}"} if role else {}
    query = {}
    for parameter in operation.get("parameters", []):
        place, name, example = parameter["in"], parameter["name"], parameter.get("example")
        if place == "path":
            path = path.replace("{" + name + "}", str(example))
        elif place == "header" and example is not None:
            headers[name] = str(example)
        elif place == "query" and parameter.get("required"):
            query[name] = example
    body = None
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        headers["Content-Type"] = media_type
        example = content.get("example")
        if media_type == "application/json":
            body = requests.compat.json.dumps(example).encode()
        else:
            body = (example or "").encode()
        break
    return requests.request(method, service.address + path, params=query, headers=headers, data=body, timeout=30)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
