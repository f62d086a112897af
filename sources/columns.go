package sources

import "sync"

// columns lead from the columns of lines that count characters, as YAML's library does, to those that count bytes. A long line, on which thousands of
// places may be asked for, is gone through once.
type columns struct{ long sync.Map } // the number of a line → where every longStep-th character begins

// longStep is that many characters, and the bytes from which a line is long.
const longStep = 256

// of is the column of a line, which is the nth, in bytes.
func (c *columns) of(n int, line string, column int) int {
	if len(line) <= longStep {
		return byteColumn(line, column)
	}
	known, ok := c.long.Load(n)
	if !ok {
		var starts []int
		chars := 0
		for i := range line {
			if chars%longStep == 0 {
				starts = append(starts, i)
			}
			chars++
		}
		known = starts
		c.long.Store(n, known)
	}
	starts := known.([]int)
	at := min(max(column-1, 0)/longStep, len(starts)-1)
	return starts[at] + byteColumn(line[starts[at]:], column-at*longStep)
}
