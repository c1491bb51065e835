// Package hostile lints what nobody means well with: repositories that lead out of
// themselves, that grow without bound when they are evaluated, or that hide
// something in names. Each ends with a report or with exit code 2, in little
// memory, and the rest of the repository is linted all the same.
package hostile
