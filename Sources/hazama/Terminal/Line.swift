/// One line for a terminal, in pieces with a style each.
///
/// Whatever text goes in is made visible on the way, so that nothing stored can reach a terminal
/// bare. Styles and marks become characters only when it is rendered.
struct Line: Sendable, ExpressibleByStringInterpolation {
    private enum Piece: Sendable {
        /// Visible already.
        case text(String, Style)
        case mark(Mark)
    }
    private var pieces: [Piece] = []

    init() {}
    init(_ text: String, _ style: Style = .plain) { append(text, style) }
    init(_ mark: Mark) { pieces = [.mark(mark)] }
    init(stringLiteral value: String) { append(value, .plain) }

    init(stringInterpolation: Interpolation) { self = stringInterpolation.line }

    struct Interpolation: StringInterpolationProtocol {
        var line = Line()
        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ literal: String) { line.append(literal, .plain) }
        mutating func appendInterpolation(_ text: some StringProtocol, _ style: Style = .plain) {
            line.append(String(text), style)
        }
        mutating func appendInterpolation(_ number: some BinaryInteger) {
            line.append(String(number), .plain)
        }
        mutating func appendInterpolation(_ mark: Mark) { line.pieces.append(.mark(mark)) }
        mutating func appendInterpolation(_ line: Line) { self.line.pieces += line.pieces }
    }

    private mutating func append(_ text: String, _ style: Style) {
        if !text.isEmpty { pieces.append(.text(text.visible, style)) }
    }

    var isEmpty: Bool { pieces.isEmpty }

    static func + (left: Line, right: Line) -> Line {
        var sum = left
        sum.pieces += right.pieces
        return sum
    }

    /// The same text, where it has no style of its own in `style`.
    func styled(_ style: Style) -> Line {
        var result = self
        result.pieces = pieces.map { piece in
            if case .text(let text, .plain) = piece { .text(text, style) } else { piece }
        }
        return result
    }

    /// The columns it takes.
    func columns(in look: Look) -> Int { pieces.reduce(0) { $0 + text(of: $1, look).columns } }

    /// The characters for the terminal, cut to `limit` columns, the last of which then says so.
    func rendered(in look: Look, limit: Int? = nil) -> String {
        guard let limit, columns(in: look) > limit else {
            return pieces.reduce("") { $0 + rendered($1, text(of: $1, look), look) }
        }
        guard limit > 0 else { return "" }
        var left = limit - 1
        var result = ""
        for piece in pieces {
            let text = text(of: piece, look)
            let width = text.columns
            if width > left {
                let beginning = text.beginning(ofColumns: left)
                return result + rendered(piece, beginning + "…", look)
            }
            left -= width
            result += rendered(piece, text, look)
        }
        return result
    }

    /// Its characters one by one.
    func cells(in look: Look) -> [Cell] {
        pieces.flatMap { piece in
            text(of: piece, look).map {
                Cell(character: $0, style: style(of: piece), columns: String($0).columns)
            }
        }
    }

    /// How far its first character is set in.
    func indent(in look: Look) -> Int { cells(in: look).prefix { $0.character == " " }.count }

    private func rendered(_ piece: Piece, _ text: String, _ look: Look) -> String {
        style(of: piece).applied(to: text, colours: look.hasColours)
    }

    private func text(of piece: Piece, _ look: Look) -> String {
        switch piece {
        case .text(let text, _): text
        case .mark(let mark):
            look.isPlain ? mark.word.text(in: look.language) : mark.rawValue
        }
    }

    private func style(of piece: Piece) -> Style {
        switch piece {
        case .text(_, let style): style
        case .mark(let mark): mark.style
        }
    }
}

/// How lines are drawn on one stream.
struct Look: Sendable {
    var language: Language
    /// For screen readers: words instead of signs, nothing moves, nothing is cut.
    var isPlain = false
    var hasColours = false
    /// The columns of the terminal; `nil` where there is none, and nothing is cut.
    var width: Int?
}
