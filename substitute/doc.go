// Package substitute computes what the programs between a template and its reader make
// of it: sed, awk, envsubst, eval and the shell round them, in the initContainers and
// entrypoints of a gateway's pod.
//
// It runs none of them. A shell script is parsed (mvdan.cc/sh) and followed statement by
// statement, over files that exist in memory only. What is not modelled makes its output
// unknown, with the reason; what depends on an unknown is unknown as well.
//
// Values travel as marks. A known value enters the text as its runs of plain characters,
// each replaced by a mark, with everything that a program could trip over (a newline,
// "&", "|", a quote) left in place; an unknown value is one mark. A key that comes from a
// variable or a Secret is thus in no file and no script, and yet each place of the result
// tells whose value it is. Of what was decrypted no more than a few signs are in the open, and nothing is
// decided by what it holds: whoever wrote the script would read it off the report.
// Each line carries a mark too, so that what a program read can be led back to the line
// of the template that it came from.
//
// What the models answer is held against mawk, gawk, GNU sed, bash, dash and envsubst in
// differential tests.
package substitute
