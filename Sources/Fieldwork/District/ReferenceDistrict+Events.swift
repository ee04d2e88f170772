import SyncCore

extension HomeDraw {
    /// What happened with this home in two years.
    mutating func addEvents() {
        for (number, day) in visitDays().enumerated() {
            let isSurvey = isAssessed && number == 0
            var visit = Visit.Draft(household: household, day: day, advisor: worker)
            visit.outcome =
                isSurvey
                ? .met : generator.pick([.met: 82, .notHome: 11, .phoneOnly: 5, .refused: 2])
            visit.place = .home
            visit.minutes = generator.number(in: 2...14) * 5
            if isSurvey { visit.answers = surveyAnswers }
            changes.append(visit.creation(record()).unchecked)
        }
    }

    /// Rising. Nobody has been to see the silent.
    private mutating func visitDays() -> [CalendarDate] {
        if isSilent { return [] }
        let count =
            isAssessed
            ? generator.pick([1: 40, 2: 35, 3: 25]) : generator.pick([0: 10, 1: 64, 2: 26])
        let spread = isAssessed ? 200 : 420
        return (0..<count).map { _ in ago(generator.number(in: 3...spread)) }.sorted()
    }
}
