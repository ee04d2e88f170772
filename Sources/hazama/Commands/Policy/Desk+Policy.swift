import ArgumentParser
import Casework
import SyncCore

/// What every command about policy understands.
struct PolicyOptions: ParsableArguments {
    @Option(help: "Answer as of this day: 2021-11-01. Left out, today.")
    var asOf: String?
    @Option(help: "Use the catalogue in this file, and not the office's.")
    var catalogue: String?
    @Option(help: "Use this version of the office's rules: hazama policy versions.")
    var rules: Int?
}

extension Desk {
    /// The catalogue that counts here, checked.
    func catalogue(_ options: PolicyOptions) throws -> Casework.Catalogue {
        guard let path = options.catalogue else { return try rulesTold(version: options.rules) }
        return try read(try Files.read(path, limit: Casework.Catalogue.maximumBytes))
    }

    /// The catalogue's rules as of the day asked for.
    func rulebook(_ options: PolicyOptions) throws -> Rulebook {
        try rulebook(catalogue(options), on: options.asOf.map(typed.day) ?? today)
    }

    func rulebook(_ catalogue: Casework.Catalogue, on day: CalendarDate) throws -> Rulebook {
        do {
            return try Rulebook(catalogue, asOf: day)
        } catch {
            let name = catalogue.parameter(error.parameter).map {
                words(catalogue).text(catalogue[$0].name)
            }
            throw Failure(
                status: .failed, code: DeviceCode.noStandard.rawValue,
                what: console.text(
                    .noStandard,
                    ["name": name ?? error.parameter, "day": "\(error.day)"]),
                next: console.text(.noStandardNext, ["day": "\(error.from)"]))
        }
    }

    /// What looks at households beside the rules: warnings, silence, routing.
    func discovery(_ rulebook: Rulebook) throws -> Discovery {
        do { return try Discovery(rulebook) } catch {
            throw Failure(
                status: .failed, code: DeviceCode.badCatalogue.rawValue,
                what: console.text(.catalogueRefused, ["text": "\(error)"]))
        }
    }

    func words(_ catalogue: Casework.Catalogue) -> PolicyWords {
        PolicyWords(catalogue: catalogue, language: console.language)
    }
}
