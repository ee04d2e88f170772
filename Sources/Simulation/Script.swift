/// What somebody does in a simulated world.
enum Act: String, CaseIterable, Sendable {
    // On a device.
    /// Writes one unit of a record, as shown at that moment.
    case edit
    /// Writes one unit of a record while somebody else does.
    case clash
    /// Makes a record.
    case create
    /// Makes a record and one that lies with it, in one change set.
    case family
    /// Makes a record that lies with one that is there.
    case plant
    /// Writes the same word into two records, in one change set.
    case pair
    /// Begins an edit and leaves it open.
    case begin
    /// Saves the edit that was begun.
    case save
    /// Writes a unit twice, from two forms that were opened together.
    case overtake
    /// Voids a record, or brings it back.
    case void
    /// Writes the unit that two persons change, by itself or while somebody else does.
    case deed
    /// Lets a tree take of a plot's water, or says how much of it there is.
    case drink
    /// Puts a name under a plot, going by what was counted there.
    case seal
    /// Takes back what was recorded on this device.
    case undo
    /// Proposes how a conflict should end.
    case propose
    /// Proposes that two plots are one.
    case alike
    /// Seals what is unsent into a bundle that another device carries.
    case carry
    case sync
    /// Everybody comes to the office and syncs.
    case gather
    /// Syncs with a limit on bytes.
    case budget
    /// Asks what a sync would move.
    case dry
    /// Ends the program and starts it again.
    case reopen
    /// A newer program takes over the device's folder.
    case upgrade
    /// Somebody sets the clock.
    case clock
    /// Copies the folder away.
    case copy
    /// Puts the copied folder back.
    case restore
    /// Starts a second machine from the copied folder.
    case clone
    /// Gives the person a new device.
    case enrol
    /// The device falls into the river.
    case lose

    // At the hub.
    /// Ends the hub and starts it again.
    case restart
    /// A newer program takes over the hub's database.
    case renew
    /// Copies the hub's database away.
    case keep
    /// Looks the copy over and tells the hub that it is whole.
    case verify
    /// Puts the copied database back, with or without what lies beside it.
    case rollback = "put-back"
    /// Delivers a request that lay somewhere on the line.
    case late
    /// An administrator decides a conflict.
    case decide
    /// An administrator opens a conflict's page and leaves it open.
    case page
    /// The administrator decides on that page.
    case stale
    /// An administrator decides on a page after somebody's work on it has come in.
    case overrun
    case claim
    /// An administrator approves what was proposed where two persons have to decide.
    case approve
    /// An administrator decides what becomes of water of which too much was taken.
    case ration
    /// An administrator decides many conflicts of one kind by one rule.
    case bulk
    /// An administrator looks at something that waits for a person.
    case sift
    /// An administrator decides what becomes of work that came late.
    case judgeLate = "judge-late"
    /// An administrator lets stand what was sealed apart, or by an old count.
    case stand
    /// An administrator takes a decision back.
    case takeBack = "take-back"
    case revoke
    /// Lays a plot into another street.
    case move
    /// Gives a person a street.
    case give
    /// Ends one of a person's grants.
    case end
    /// A person works here no longer.
    case leave
    /// An administrator says that two plots are one, as somebody proposed.
    case join
    /// An administrator takes that back.
    case part

    /// Whether an administrator or the operator does it.
    var isOfHub: Bool {
        switch self {
        case .restart, .renew, .keep, .verify, .rollback, .late, .decide, .page, .stale, .overrun,
            .claim, .approve, .ration, .bulk, .takeBack, .sift, .judgeLate, .stand, .revoke, .move,
            .give, .end, .leave, .join, .part:
            true
        default: false
        }
    }

    /// Whether it may change who holds what.
    var movesScopes: Bool {
        switch self {
        case .rollback, .move, .give, .end, .leave, .enrol: true
        default: false
        }
    }

    /// Whether bytes go over the line.
    var isSync: Bool { self == .sync || self == .budget || self == .dry }
}

/// What goes wrong while something is done.
enum Fault: String, CaseIterable, Sendable {
    // On the line. It can't change bytes unnoticed: TLS would not deliver them.
    case dropRequest = "drop-request"
    case dropAnswer = "drop-answer"
    case repeatRequest = "repeat-request"
    case cutAnswer = "cut-answer"
    /// The request is kept somewhere, and may arrive later.
    case delayRequest = "delay-request"
    /// A login page instead of an answer.
    case portal = "captive-portal"
    /// A proxy gives an earlier answer.
    case staleAnswer = "stale-answer"
    /// A proxy gives anything, under the right name.
    case garbage
    /// The hub is asked to come back later.
    case busy
    /// The person goes on writing while the answer is under way.
    case meanwhile

    // On the device's disk, at some call.
    case devicePower = "device-power"
    case deviceKill = "device-kill"
    case deviceWrite = "device-write-error"
    case deviceFull = "device-full"
    case deviceSync = "device-sync-lost"
    case deviceRead = "device-read-error"
    /// A bit of a record flips, and nothing says so.
    case deviceFlip = "device-flip"

    // On the hub's disk, at some call.
    case hubPower = "hub-power"
    case hubKill = "hub-kill"
    case hubWrite = "hub-write-error"
    case hubFull = "hub-full"
    case hubSync = "hub-sync-lost"
    case hubRead = "hub-read-error"
    case hubFlip = "hub-flip"

    enum Place: Sendable { case line, device, hub }

    var place: Place {
        switch self {
        case .dropRequest, .dropAnswer, .repeatRequest, .cutAnswer, .delayRequest, .portal,
            .staleAnswer, .garbage, .busy, .meanwhile:
            .line
        case .devicePower, .deviceKill, .deviceWrite, .deviceFull, .deviceSync, .deviceRead,
            .deviceFlip:
            .device
        case .hubPower, .hubKill, .hubWrite, .hubFull, .hubSync, .hubRead, .hubFlip: .hub
        }
    }
}

/// One thing that happens: after a while somebody does something, and perhaps something goes wrong.
///
/// Everything that is chosen while it happens comes from `roll` and `luck`, so that leaving a
/// decision out does not move the others' choices.
struct Decision: Hashable, Sendable {
    var wait_ms: Int64
    /// The device; the administrator for what is done at the hub.
    var actor: Int
    var act: Act
    var roll: UInt64
    var fault: Fault?
    /// Where and how the fault strikes.
    var luck: UInt64 = 0
}

/// A world and what happens in it. As text, one line for each decision.
public struct Script: Hashable, Sendable, CustomStringConvertible {
    /// Which of the prepared fleets it begins with.
    let fleet: Int
    /// How many of its devices there are at the beginning.
    let devices: Int
    var decisions: [Decision]

    init(fleet: Int, devices: Int, decisions: [Decision]) {
        (self.fleet, self.devices, self.decisions) = (fleet, devices, decisions)
    }

    public var description: String {
        var lines = ["fleet \(fleet) devices \(devices)"]
        for decision in decisions {
            var line = "\(decision.wait_ms) \(decision.actor) \(decision.act.rawValue) "
            line += String(decision.roll, radix: 36)
            if let fault = decision.fault {
                line += " \(fault.rawValue) \(String(decision.luck, radix: 36))"
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    /// Reads what `description` gave; `nil` where a line is none of ours.
    public init?(_ text: String) {
        var head: (fleet: Int, devices: Int)?
        var decisions: [Decision] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 4, words[0] == "fleet", words[2] == "devices",
                let fleet = Int(words[1]), (0..<Fleet.count).contains(fleet),
                let devices = Int(words[3]), (1...Fleet.devices).contains(devices)
            {
                head = (fleet, devices)
                continue
            }
            guard words.count == 4 || words.count == 6, let wait = Int64(words[0]),
                let actor = Int(words[1]), actor >= 0, let act = Act(rawValue: words[2]),
                let roll = UInt64(words[3], radix: 36)
            else { return nil }
            var decision = Decision(wait_ms: wait, actor: actor, act: act, roll: roll)
            if words.count == 6 {
                guard let fault = Fault(rawValue: words[4]), let luck = UInt64(words[5], radix: 36)
                else { return nil }
                (decision.fault, decision.luck) = (fault, luck)
            }
            decisions.append(decision)
        }
        guard let head else { return nil }
        self.init(fleet: head.fleet, devices: head.devices, decisions: decisions)
    }
}
