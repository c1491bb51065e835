package source

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// A PanicError is a panic that was recovered: a mistake of this program. It names
// the function that made it and has no stack, since that would name the folders of a
// machine.
type PanicError struct {
	cause any
	site  string
}

// Error implements error.
func (e *PanicError) Error() string {
	return fmt.Sprintf("internal error, please report it: %v (%s)", e.cause, e.site)
}

// Panicked is what to report where cause was recovered. The deferred function calls
// it.
func Panicked(at Location, cause any) Diagnostic {
	return Diagnostic{Location: at, Severity: Error, Message: panicked(cause).Error()}
}

// RecoverError turns a panic into a *PanicError. It is deferred with the error that
// the function returns.
func RecoverError(err *error) {
	if cause := recover(); cause != nil {
		*err = panicked(cause)
	}
}

func panicked(cause any) *PanicError { return &PanicError{cause, panicSite(string(debug.Stack()))} }

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
