package report

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
)

// hashWindow is how many code units a line's hash takes in, from its beginning
// over the lines that follow.
const hashWindow = 100

// lineHashes computes primaryLocationLineHash of every line as GitHub does, so
// that an upload without a checkout gets the same fingerprints. It is the
// rolling hash of codeql-action's fingerprints.ts: over UTF-16 code units without
// blanks, with base 37 in 64 bits.
func lineHashes(content []byte) []string {
	const base, endOfFile = 37, math.MaxUint16
	var (
		window [hashWindow]uint16
		lines  [hashWindow]int
		hash   uint64
		index  int
		hashes []string
		seen   = map[string]int{}
	)
	power := uint64(1)
	for range hashWindow {
		power *= base
	}
	emit := func() {
		if line := lines[index]; line > 0 {
			text := strconv.FormatUint(hash, 16)
			seen[text]++
			hashes = append(hashes, fmt.Sprintf("%s:%d", text, seen[text]))
			lines[index] = 0
		}
	}
	line, lineBegins := 0, true
	push := func(unit uint16) {
		emit()
		if lineBegins {
			line++
			lines[index] = line
			lineBegins = false
		}
		if unit == '\n' {
			lineBegins = true
		}
		old := uint64(window[index])
		window[index] = unit
		hash = base*hash + uint64(unit) - power*old
		index = (index + 1) % hashWindow
	}
	previousCR := false
	for _, unit := range utf16.Encode([]rune(string(content))) {
		switch {
		case unit == ' ' || unit == '\t' || previousCR && unit == '\n':
			previousCR = false
			continue
		case unit == '\r':
			unit, previousCR = '\n', true
		default:
			previousCR = false
		}
		push(unit)
	}
	push(endOfFile)
	lineBegins = false
	for range hashWindow {
		emit()
		old := uint64(window[index])
		window[index] = 0
		hash = base*hash - power*old
		index = (index + 1) % hashWindow
	}
	return hashes
}
