extension Line {
    /// The lines it takes on a terminal: broken between words or Han characters, those that follow
    /// set in by `hanging` columns. Where nothing is cut or the terminal is too narrow for words,
    /// one.
    func wrapped(in look: Look, hanging: Int) -> [String] {
        guard let width = look.width, columns(in: look) > width, width >= hanging + 16 else {
            return [rendered(in: look)]
        }
        let cells = self.cells(in: look)
        var lines: [String] = []
        var start = 0
        while start < cells.count {
            let room = width - (lines.isEmpty ? 0 : hanging)
            let end = Self.lineEnd(cells, from: start, room: room)
            let indent = lines.isEmpty ? "" : String(repeating: " ", count: hanging)
            var last = end
            while last > start + 1, cells[last - 1].character == " " { last -= 1 }
            lines.append(indent + Self.rendered(cells[start..<last], look))
            start = end
            // The space that was broken at belongs to neither line.
            while start < cells.count, cells[start].character == " " { start += 1 }
        }
        return lines
    }

    /// A character with its place's style.
    struct Cell {
        let character: Character
        let style: Style
        let columns: Int
    }

    private static func lineEnd(_ cells: [Cell], from start: Int, room: Int) -> Int {
        var used = 0
        var end = start
        while end < cells.count, used + cells[end].columns <= room {
            used += cells[end].columns
            end += 1
        }
        if end == cells.count { return end }
        var place = end
        while place > start {
            if mayBreak(before: place, in: cells) { return place }
            place -= 1
        }
        // One word longer than a line.
        return max(end, start + 1)
    }

    private static func mayBreak(before place: Int, in cells: [Cell]) -> Bool {
        let (left, right) = (cells[place - 1], cells[place])
        if right.character == " " { return true }
        if left.character == " " { return true }
        guard left.columns == 2 || right.columns == 2 else { return false }
        return !closing.contains(right.character) && !opening.contains(left.character)
    }

    /// What never begins a line, and what never ends one.
    private static let closing: Set<Character> = Set("，。、：；！？）」』”’…·,.:;!?)]}％%")
    private static let opening: Set<Character> = Set("（「『“‘([{")

    private static func rendered(_ cells: ArraySlice<Cell>, _ look: Look) -> String {
        var result = ""
        var text = ""
        var style = Style.plain
        for cell in cells {
            if cell.style != style {
                result += style.applied(to: text, colours: look.hasColours)
                (text, style) = ("", cell.style)
            }
            text.append(cell.character)
        }
        return result + style.applied(to: text, colours: look.hasColours)
    }
}
