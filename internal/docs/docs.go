// Package docs holds the tests of the documentation: every command in it is
// run, and what it prints is what the page shows; every block of code parses; every
// command, flag, key and rule that it names exists; every link leads somewhere.
//
// A block of the language console holds commands behind "$ ", each followed by all
// that it prints. A comment on the line before the block says where and how it runs:
//
//	<!-- run in testdata/documentation/NAME, exit 1, terminal -->
//
// The folder, or the archive NAME.txtar, is copied and is a repository root of its
// own. Commands exit with 0, but the last one with what the comment says; several
// numbers are for the commands in their order. With terminal the output is that on
// a terminal of 80 columns, without its colours. A line of three dots stands for any
// number of lines. With -update, TestConsole writes the output: cut as before where
// only numbers have changed, such as those of lines, and else whole.
//
// A block of the language sh holds commands that depend on more than the repository.
// They are parsed, and run only where a comment says where.
//
// A comment "from FILE" says that the lines of a block stand so in a file, whatever
// their indentation.
package docs
