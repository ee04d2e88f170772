import Foundation
import Simulation
import SyncCore

// Looks how many worlds it takes to find one planted fault: `planted NAME SEEDS`. Without a fault
// of that name, all worlds are run. With `--script`, what found it is told as a script, as short as
// can be.

let arguments = CommandLine.arguments
guard arguments.count >= 3, let seeds = Int(arguments[2]) else {
    FileHandle.standardError.write(Data("planted NAME SEEDS [--script]\n".utf8))
    exit(2)
}
plant(arguments[1])
for seed in 1...max(1, seeds) {
    // Told before: a fault may end the process.
    FileHandle.standardOutput.write(Data("\(seed)\n".utf8))
    let simulation = Simulation(first: UInt64(seed), count: 1)
    guard let failure = try await simulation.run().failures.first else { continue }
    print("found: \(failure.invariant): \(failure.detail)")
    if arguments.contains("--script") { print(try await simulation.shortest(for: failure)) }
    exit(0)
}
print("survived")
