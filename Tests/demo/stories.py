"""Han, Guo and Xu in short: what talking at the door finds, without a network.

Played by `Tests/demo/demo`. The facts are those of the three stories that the rules are tested with.
"""

# What nobody has to ask twice at a door where nothing is out of the ordinary.
QUIET_HOME = {
    "h.hasLocalHukou": "yes", "h.vehicles": 0, "h.nonResidentialProperty": "no", "h.homes": 1,
    "h.educationYear": 0, "h.status": "none", "h.minors": 0, "h.singleParent": "no",
    "h.employedCount": 0, "h.disabledCount": 0, "h.emergency": "none", "h.emergencyDays": 0,
    "h.headSchoolYears": 9, "h.allElderly": "no",
}
QUIET_PERSON = {
    "p.hukou": "shanghai", "p.disabilityKind": "none", "p.disabilityGrade": 0,
    "p.employment": "inactive", "p.unemployedMonths": 0, "p.pensionType": "none",
    "p.pensionYears": 0, "p.medicalInsurance": "resident", "p.seriousIllness": "no",
    "p.medicalOOPYear": 0, "p.careLevel": 0, "p.eduStage": "none", "p.guardian": "notMinor",
    "p.noObligor": "no", "p.livesAlone": "no", "p.childless": "no", "p.fpSpecial": "no",
    "p.severeMental": "no", "p.womenCancer": "no", "p.unionMember": "no",
}
HAN_HOME = QUIET_HOME | {
    "h.size": 1, "h.incomeYearPerCapita": 20760, "h.financialPerCapita": 9000,
    "h.areaPerCapita": 31.5, "h.livingAreaPerCapita": 18, "h.medicalYear": 4800,
    "h.incomeYear": 20760, "h.employedCount": 1, "h.disabledCount": 1, "h.contactsPerWeek": 1,
}
HAN = QUIET_PERSON | {
    "p.disabilityKind": "physical", "p.disabilityGrade": 2, "p.employment": "employed",
    "p.monthlyIncome": 2600, "p.pensionYears": 11.5, "p.pensionType": "employee",
    "p.medicalInsurance": "employee", "p.seriousIllness": "yes", "p.medicalOOPYear": 4800,
    "p.noObligor": "yes", "p.livesAlone": "yes", "p.childless": "yes",
}
HAN_LATER = {"h.incomeYearPerCapita": 0, "h.incomeYear": 0, "h.employedCount": 0}
GUO_HOME = QUIET_HOME | {
    "h.size": 2, "h.incomeYearPerCapita": 11400, "h.financialPerCapita": 4000,
    "h.areaPerCapita": 22, "h.livingAreaPerCapita": 12, "h.medicalYear": 800,
    "h.educationYear": 3000, "h.incomeYear": 22800, "h.minors": 1, "h.singleParent": "yes",
    "h.employedCount": 1, "h.contactsPerWeek": 4, "h.incomePerCapita": 950,
}
GUO = QUIET_PERSON | {
    "p.employment": "student", "p.eduStage": "junior", "p.guardian": "singleParent",
    "p.childless": "yes",
}
GUO_MOTHER = QUIET_PERSON | {
    "p.hukou": "other", "p.employment": "flexible", "p.pensionYears": 3,
    "p.pensionType": "employee", "p.medicalInsurance": "none",
}
XU_HOME = QUIET_HOME | {
    "h.size": 2, "h.incomePerCapita": 1900, "h.incomeYearPerCapita": 22800,
    "h.areaPerCapita": 25, "h.livingAreaPerCapita": 14, "h.medicalYear": 42000,
    "h.incomeYear": 45600, "h.disabledCount": 1, "h.contactsPerWeek": 1,
}
XU = QUIET_PERSON | {
    "p.pensionYears": 24, "p.pensionType": "employee", "p.medicalInsurance": "employee",
    "p.seriousIllness": "yes", "p.medicalOOPYear": 39000, "p.childless": "yes",
}
XU_WIFE = QUIET_PERSON | {
    "p.disabilityKind": "multiple", "p.disabilityGrade": 2, "p.pensionYears": 16,
    "p.pensionType": "resident", "p.medicalOOPYear": 3000, "p.childless": "yes",
}
SPRING, AUTUMN = "2021-03-01", "2021-11-01"


class Home:
    """A household as an advisor comes to know it. `save` runs what makes one change set."""

    def __init__(self, device, save, name, address, area):
        self.device, self.save, self.people = device, save, []
        run = save(device, "household", "new", "--name", name, "--address", address, "--area", area)
        self.record = run.one("household")["record"]

    def person(self, name, birth, sex, relation):
        run = self.save(
            self.device, "person", "add", self.record, "--name", name, "--birth", birth,
            "--sex", sex, "--relation", relation)
        self.people.append(run.one("person")["record"])

    def talk(self, day, home, *people):
        """One visit, in which these facts are told; they hold from `day` on."""
        self.device("visit", "start", self.record, "--place", "home")
        told = [(key, value, ()) for key, value in home.items()]
        for person, facts in zip(self.people, people):
            told += [(key, value, ("--about", person)) for key, value in facts.items()]
        for key, value, about in told:
            self.device("visit", "answer", key, value, "--fact", key, "--from", day, *about)
        self.save(self.device, "visit", "end", "--outcome", "met", "--minutes", "45")

    def match(self, day, *words):
        """By person, in the order they were added: programme to its answer."""
        items = self.device("match", self.record, "--as-of", day, *words).all("match")
        found = {item["person"]: item for item in items}
        return [found[person] for person in self.people]

    def assess(self, day):
        looked = self.device("assess", self.record, "--as-of", day, "--dry-run")
        return looked.one("assessment")


def standing(match, *words):
    """The programmes that stand so, in the catalogue's order."""
    return [key for key, answer in match["programmes"].items() if answer["standing"] in words]
