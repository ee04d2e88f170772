internal import SyncCore

extension Rulebook {
    /// What a programme comes to for a member; `nil` where the catalogue has no amount for it.
    public func amount(
        of programme: Int, _ facts: HouseholdFacts, member: Int
    ) -> AmountAnswer? {
        guard let amount = amounts[programme] else { return nil }
        var missing = FactSet()
        amount.note(&missing) { facts.member(member, $0) == nil }
        guard missing.isEmpty else { return .unknown(missing: missing) }
        let base = facts.base(ofMember: member)
        guard let sum = amount.evaluate({ facts.values[base + $0.index] }),
            let fen = Int64(exactly: sum.value.dividedDown(by: sum.scale)),
            FactValue.range.contains(fen)
        else {
            // Each fact may be, and all together can't: which of them is wrong must be asked.
            amount.note(&missing) { _ in true }
            return .unknown(missing: missing)
        }
        return .fen(fen)
    }
}

/// An amount with the standards of one day filled in.
indirect enum DayAmount: Sendable {
    /// Parts, and how many of them make one: 1 for fen and for what is counted, 1000 for numbers.
    case constant(Int64, scale: Int64)
    case fact(FactSlot, scale: Int64)
    case add([DayAmount])
    case subtract([DayAmount])
    case multiply([DayAmount])
    case atLeastZero(DayAmount)

    /// Adds the facts in it for which `isNoted` holds.
    func note(_ facts: inout FactSet, _ isNoted: (FactSlot) -> Bool) {
        switch self {
        case .constant: break
        case .fact(let slot, _): if isNoted(slot) { facts.insert(slot) }
        case .add(let parts), .subtract(let parts), .multiply(let parts):
            for part in parts { part.note(&facts, isNoted) }
        case .atLeastZero(let part): part.note(&facts, isNoted)
        }
    }

    /// `nil` beyond what can be counted.
    func evaluate(_ value: (FactSlot) -> Int64) -> (value: Int128, scale: Int128)? {
        switch self {
        case .constant(let value, let scale): return (Int128(value), Int128(scale))
        case .fact(let slot, let scale): return (Int128(value(slot)), Int128(scale))
        case .add(let parts): return Self.sum(parts, value) { $0.addingReportingOverflow($1) }
        case .subtract(let parts):
            return Self.sum(parts, value) { $0.subtractingReportingOverflow($1) }
        case .multiply(let parts):
            var (product, scale): (Int128, Int128) = (1, 1)
            for part in parts {
                guard let factor = part.evaluate(value),
                    let more = product.multiplied(by: factor.value),
                    let finer = scale.multiplied(by: factor.scale)
                else { return nil }
                (product, scale) = (more, finer)
            }
            return (product, scale)
        case .atLeastZero(let part):
            guard let inner = part.evaluate(value) else { return nil }
            return (max(0, inner.value), inner.scale)
        }
    }

    private static func sum(
        _ parts: [DayAmount], _ value: (FactSlot) -> Int64,
        _ join: (Int128, Int128) -> (partialValue: Int128, overflow: Bool)
    ) -> (value: Int128, scale: Int128)? {
        guard var whole = parts.first?.evaluate(value) else { return nil }
        for part in parts.dropFirst() {
            guard let next = part.evaluate(value),
                let left = whole.value.multiplied(by: next.scale),
                let right = next.value.multiplied(by: whole.scale),
                let scale = whole.scale.multiplied(by: next.scale)
            else { return nil }
            let (joined, overflow) = join(left, right)
            if overflow { return nil }
            whole = (joined, scale)
        }
        return whole
    }
}

extension Int128 {
    fileprivate func multiplied(by other: Int128) -> Int128? {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }

    /// The greatest whole number that is not more than the quotient.
    fileprivate func dividedDown(by divisor: Int128) -> Int128 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension Catalogue {
    /// The amount with the standards of a day.
    func amount(_ amount: Amount, on day: CalendarDate) throws(NoStandard) -> DayAmount {
        func all(_ parts: [Amount]) throws(NoStandard) -> [DayAmount] {
            var resolved: [DayAmount] = []
            for part in parts { resolved.append(try self.amount(part, on: day)) }
            return resolved
        }
        switch amount {
        case .fact(let slot):
            let kind = facts[slot].kind
            return .fact(slot, scale: kind == .number ? 1000 : 1)
        case .parameter(let slot, let times):
            let isMoney = self[slot].isMoney
            let kind: FactDefinition.Kind = isMoney ? .money : .number
            return .constant(
                try value(of: slot, times: times, as: kind, on: day), scale: isMoney ? 1 : 1000)
        case .add(let parts): return .add(try all(parts))
        case .subtract(let parts): return .subtract(try all(parts))
        case .multiply(let parts): return .multiply(try all(parts))
        case .atLeastZero(let part): return .atLeastZero(try self.amount(part, on: day))
        }
    }
}
