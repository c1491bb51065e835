package source

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// Panicked is what to report where a panic was recovered: a mistake of this program,
// with the function that made it, and no stack, since that would name the folders of
// a machine. It is called by the deferred function that recovered cause.
func Panicked(at Location, cause any) Diagnostic {
	return Diagnostic{Location: at, Severity: Error, Message: "internal error, please report it: " + PanicText(cause)}
}

// PanicText is what Panicked says of the cause and its place.
func PanicText(cause any) string {
	return fmt.Sprintf("%v (%s)", cause, panicSite(string(debug.Stack())))
}

// panicSite returns the function of this module that panicked, or that called what
// panicked, without paths.
func panicSite(stack string) string {
	const module = "github.com/originkey/originkey/"
	seenPanic := false
	for line := range strings.Lines(stack) {
		if strings.HasPrefix(line, "panic(") {
			seenPanic = true
		}
		if name, ok := strings.CutPrefix(line, module); ok && seenPanic {
			// What follows are arguments, but a receiver is in parentheses as well.
			if arguments := strings.LastIndex(name, "("); arguments > 0 {
				name = name[:arguments]
			}
			return strings.TrimSpace(name)
		}
	}
	return "unknown place"
}
