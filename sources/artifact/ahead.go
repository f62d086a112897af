package artifact

import (
	"fmt"
	"io"
)

// blockSize is how much is unpacked at a time while what came before it is looked through, and blocks how many such there are.
const (
	blockSize = 256 << 10
	blocks    = 4
)

// ahead unpacks on another core: that takes longer than to look through what comes out.
type ahead struct {
	full  chan block
	free  chan []byte
	gone  chan bool // the other side has ended
	stop  chan bool
	now   block
	taken int
}

// block is what was read, and how that ended.
type block struct {
	bytes []byte
	err   error
}

// readAhead reads from r until that ends, or close is called.
func readAhead(r io.Reader) *ahead {
	a := &ahead{full: make(chan block, blocks), free: make(chan []byte, blocks), gone: make(chan bool), stop: make(chan bool)}
	for range blocks {
		a.free <- nil // made when it is needed: most of what is packed by itself is small
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	defer close(a.gone)
	defer func() { // nothing else could catch it, and the file is no reason to end
		if p := recover(); p != nil {
			a.full <- block{err: fmt.Errorf("it cannot be unpacked (%T)", p)}
		}
	}()
	for {
		var b []byte
		select {
		case <-a.stop:
			return
		case b = <-a.free:
		}
		if b == nil {
			b = make([]byte, blockSize)
		}
		n, err := fill(r, b)
		a.full <- block{b[:n], err}
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(b []byte) (int, error) {
	for a.taken == len(a.now.bytes) {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.bytes != nil {
			a.free <- a.now.bytes[:blockSize]
		}
		a.now, a.taken = <-a.full, 0
	}
	n := copy(b, a.now.bytes[a.taken:])
	a.taken += n
	return n, nil
}

// close waits until nothing is read any more.
func (a *ahead) close() {
	close(a.stop)
	<-a.gone
}
