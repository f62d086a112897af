package sources

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
)

// inUTF8 is a file as it would be in UTF-8, with its length: one that begins with the byte order mark of UTF-16, as
// what Windows' shells write does, is put into it. Its columns are then those of the text.
func inUTF8(file io.ReadCloser, size int64) (io.ReadCloser, int64, error) {
	text := bufio.NewReader(file)
	mark, _ := text.Peek(2)
	order := byteOrder(mark)
	if order == nil {
		return struct {
			io.Reader
			io.Closer
		}{text, file}, size, nil
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(text, MaxFileSize))
	if err != nil {
		return nil, 0, err
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	decoded := []byte(string(utf16.Decode(units)))
	return io.NopCloser(bytes.NewReader(decoded)), int64(len(decoded)), nil
}

// byteOrder is the one that the first two bytes of a text tell; nil where they tell none.
func byteOrder(mark []byte) binary.ByteOrder {
	switch string(mark) {
	case "\xff\xfe":
		return binary.LittleEndian
	case "\xfe\xff":
		return binary.BigEndian
	}
	return nil
}
