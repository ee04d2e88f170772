import Foundation

/// What a run is to measure.
struct Options: Sendable {
    static let usage = """
        usage: Benchmarks [--only S1,S2,…] [--quick] [--history N] [--devices N] [--households N]
                          [--json FILE] [--scratch FOLDER] [--workload FILE]
               Benchmarks floor [--scratch FOLDER] [--workload FILE]
               Benchmarks alone [--devices N] [--scratch FOLDER] [--workload FILE]
               Benchmarks rules | district | silent

          --only      only these scenarios, of S1 to S6; or R17, which is left out otherwise: one
                      device comes back with 50,000 change sets
          --quick     a short run: 10 devices, a history of 10,000 changes, 2 weeks of capture
          --history   changes behind which S3 syncs (100,000; 1000000 for the full one)
          --devices   devices of S2 (100)
          --households  of the base (12000): an upload must not cost more in a larger district
          --json      writes the figures as JSON, too
          --scratch   where stores are made: on a disk, not in memory (the temporary folder)
          --workload  workload.py, where it does not lie beside the sources any more
          floor       what SQLite alone takes for the rows that we write
          alone       uploads at a hub in this process, without TLS and HTTP: for a profiler
          rules       answers of rules over a district; needs none of the above
          district    the reference district assessed, matched, warned of, routed, reported
          silent      how many of those who never asked are found, on three other seeds
        """

    var only: Set<String> = []
    var isQuick = false
    var history = 100_000
    var devices = 100
    var households = 12_000
    var json: String?
    var scratch =
        NSTemporaryDirectory().hasSuffix("/")
        ? String(NSTemporaryDirectory().dropLast()) : NSTemporaryDirectory()
    var script = #filePath.replacing("Options.swift", with: "workload.py")

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        func value(of name: String) throws -> String {
            guard let value = rest.popFirst() else { throw BenchmarkFault("\(name) needs a value") }
            return value
        }
        func count(of name: String) throws -> Int {
            guard let count = Int(try value(of: name)), count > 0 else {
                throw BenchmarkFault("\(name) needs a number above 0")
            }
            return count
        }
        if arguments.contains("--quick") { (isQuick, history, devices) = (true, 10_000, 10) }
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": break
            case "--only":
                only = Set(try value(of: argument).split(separator: ",").map { String($0) })
                guard only.isSubset(of: ["S1", "S2", "S3", "S4", "S5", "S6", "R17"]) else {
                    throw BenchmarkFault("there are the scenarios S1 to S6, and R17")
                }
            case "--history": history = try count(of: argument)
            case "--devices": devices = try count(of: argument)
            case "--households": households = try count(of: argument)
            case "--json": json = try value(of: argument)
            case "--scratch": scratch = try value(of: argument)
            case "--workload": script = try value(of: argument)
            default: throw BenchmarkFault("\(argument) is no option\n\n\(Self.usage)")
            }
        }
    }

    func includes(_ scenario: String) -> Bool { only.isEmpty || only.contains(scenario) }
}
