#!/usr/bin/env python3
"""A second evaluator of the catalogue's rules, read from their definition and not from the Swift.

    policy.py make              writes Tests/CaseworkTests/Vectors: households and their answers
    policy.py check FILE DAY    answers a file of facts, as `hazama policy check --as-of DAY` does

Needs only Python. Exact: every number is a Decimal.
"""

import json
import random
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "Tests/CaseworkTests/Vectors"


def exact(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def shipped():
    source = (ROOT / "Sources/Casework/Catalogue/ShippedCatalogue.swift").read_text("utf-8")
    return exact(source.split('#"""\n')[1].rsplit('"""#')[0])


class Rules:
    def __init__(self, catalogue, day):
        self.catalogue = catalogue
        self.standards = {}
        for parameter in catalogue["parameters"]:
            for dated in parameter["values"]:
                last = dated["to"] or "9999-12-31"
                if dated["from"] <= day <= last:
                    self.standards[parameter["key"]] = dated["value"]

    def operand(self, value):
        if isinstance(value, dict):
            return self.standards[value["param"]] * value.get("times", 1)
        return value

    def evaluate(self, rule, facts):
        """The value of a rule, True, False or None, and the facts that matter where it is None."""
        if "fact" in rule:
            have = facts.get(rule["fact"])
            if have is None:
                return None, {rule["fact"]}
            want = self.operand(rule["value"])
            return {
                "<": lambda: have < want,
                "<=": lambda: have <= want,
                ">": lambda: have > want,
                ">=": lambda: have >= want,
                "==": lambda: have == want,
                "!=": lambda: have != want,
                "in": lambda: have in want,
            }[rule["op"]](), set()
        if "not" in rule:
            value, missing = self.evaluate(rule["not"], facts)
            return (None if value is None else not value), missing
        decisive = "any" in rule
        parts = [self.evaluate(part, facts) for part in rule["any" if decisive else "all"]]
        if any(value is decisive for value, _ in parts):
            return decisive, set()
        if all(value is not None for value, _ in parts):
            return not decisive, set()
        return None, set().union(*(missing for value, missing in parts if value is None))

    def indicator(self, indicator, household, persons):
        if indicator.get("scope") != "anyMember":
            return self.evaluate(indicator["rule"], household)[0]
        values = [self.evaluate(indicator["rule"], person)[0] for person in persons]
        if True in values:
            return True
        return None if None in values else False

    def level(self, score):
        return next(x["id"] for x in self.catalogue["assessment"]["levels"] if score >= x["min"])

    def answer(self, line):
        household = line.get("facts") or {}
        people = line.get("persons") or []
        rows = [{**household, **(person.get("facts") or {})} for person in people]
        words = {True: "yes", False: "no", None: "unknown"}
        persons = []
        for person, row in zip(people, rows):
            programmes = {}
            for programme in self.catalogue["programmes"]:
                value, missing = self.evaluate(programme["rule"], row)
                programmes[programme["id"]] = {"answer": words[value], "missing": sorted(missing)}
            persons.append({"id": person["id"], "programmes": programmes})
        low = high = 0
        for indicator in self.catalogue["assessment"]["indicators"]:
            value = self.indicator(indicator, household, rows)
            low += int(indicator["weight"]) if value is True else 0
            high += int(indicator["weight"]) if value is not False else 0
        ends = {self.level(low), self.level(high)}
        return {
            "id": line["id"],
            "persons": persons,
            "score": {"low": low, "high": high},
            "level": ends.pop() if len(ends) == 1 else "pending",
        }


def households(catalogue, count, seed):
    """Households near every line of the rules, each fact unknown one time in four."""
    chance = random.Random(seed)
    lines = {
        "h.incomePerCapita": [0, 1239.99, 1240, 1330, 1994.99, 1995, 2659.99, 2660, 3990, 9000],
        "h.incomeYearPerCapita": [0, 25200, 25200.01, 27720, 72231.99, 72232, 90000],
        "h.financialPerCapita": [0, 30000, 33000, 33000.01, 50000, 55000, 80000, 88000, 90000],
        "h.netAfterRigidPerCapita": [-400, 1329.99, 1330, 5000],
        "h.areaPerCapita": [12, 37.299, 37.3, 60],
        "h.livingAreaPerCapita": [4.5, 7, 7.001, 20],
        "h.medicalShare": [0, 0.399, 0.4, 0.9],
        "h.minorShare": [0, 0.329, 0.33, 0.5],
        "h.emergencyDays": [0, 30, 31, 180, 181],
        "h.headSchoolYears": [0, 8, 9, 16],
        "h.contactsPerWeek": [0, 1, 2, 7],
        "p.age": [3, 5, 6, 15, 16, 17, 18, 27, 28, 40, 45, 55, 59, 60, 64, 65, 79, 80, 90],
        "p.monthlyIncome": [0, 1239.5, 1330, 2600, 8000],
        "p.pensionYears": [0, 11.5, 14.999, 15, 30],
        "p.unemployedMonths": [0, 5, 6, 24],
        "p.medicalOOPYear": [0, 0.01, 39000],
        "p.careLevel": [0, 1, 2, 4, 6],
        "p.disabilityGrade": [0, 1, 2, 3, 4],
    }

    def facts(scope, unknown):
        known = {}
        for fact in catalogue["facts"]:
            if fact["scope"] != scope or chance.random() < unknown:
                continue
            if fact["type"] == "enum":
                known[fact["key"]] = chance.choice(fact["values"])
            elif fact["type"] == "bool":
                known[fact["key"]] = chance.random() < 0.5
            else:
                known[fact["key"]] = chance.choice(lines.get(fact["key"], [0, 1, 2, 3, 5]))
            if chance.random() < 0.02:
                known[fact["key"]] = None
        return known

    for number in range(count):
        unknown = chance.choice([0, 0.1, 0.25, 0.5])
        yield {
            "id": f"H{number + 1}",
            "facts": facts("household", unknown),
            "persons": [
                {"id": f"H{number + 1}-{person + 1}", "facts": facts("person", unknown)}
                for person in range(chance.choice([0, 1, 1, 2, 2, 3]))
            ],
        }


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def make():
    catalogue = shipped()
    VECTORS.mkdir(exist_ok=True)
    made = [text(household) for household in households(catalogue, 110, 20220216)]
    (VECTORS / "households.ndjson").write_text("\n".join(made) + "\n", "utf-8")
    for day in ["2021-11-01", "2022-07-01"]:
        rules = Rules(catalogue, day)
        answers = [text(rules.answer(exact(line))) for line in made]
        (VECTORS / f"answers-{day}.ndjson").write_text("\n".join(answers) + "\n", "utf-8")


def main():
    match sys.argv[1:]:
        case ["make"]:
            make()
        case ["check", path, day]:
            date.fromisoformat(day)
            rules = Rules(shipped(), day)
            with open(path, encoding="utf-8") as lines:
                for line in lines:
                    print(text(rules.answer(exact(line))))
        case _:
            sys.exit(__doc__)


main()
