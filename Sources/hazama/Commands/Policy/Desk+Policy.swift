import ArgumentParser
import Casework
import SyncCore
import SyncProtocol

/// What every command about policy understands.
struct PolicyOptions: ParsableArguments {
    @Option(help: "Answer as of this day: 2021-11-01. Left out, today.")
    var asOf: String?
    @Option(help: "Use the catalogue in this file, and not the one the program carries.")
    var catalogue: String?
}

extension Desk {
    /// The catalogue that counts here, checked.
    func catalogue(_ options: PolicyOptions) throws -> Casework.Catalogue {
        guard let path = options.catalogue else { return FactKey.catalogue }
        let bytes = try Files.read(path, limit: Casework.Catalogue.maximumBytes)
        do {
            return try Casework.Catalogue(bytes) { Digests.sha256($0) }
        } catch {
            for defect in error.defects { console.hint(Line(defect.description)) }
            throw Failure(
                status: .failed, code: DeviceCode.badCatalogue.rawValue,
                what: console.text(
                    .catalogueRefused,
                    ["text": error.defects.first.map { "\($0)" } ?? ""]))
        }
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
