package main

// mostRemembered is how many bytes of texts are remembered.
const mostRemembered = 64 << 20

// readings remembers what texts were read as: the cases of a chart have most of their objects in common.
type readings[Value any] struct {
	read  func(string) Value
	known map[string]Value
	bytes int
}

func newReadings[Value any](read func(string) Value) *readings[Value] {
	return &readings[Value]{read: read, known: map[string]Value{}}
}

func (r *readings[Value]) of(text string) Value {
	if value, ok := r.known[text]; ok {
		return value
	}
	value := r.read(text)
	if r.bytes += len(text); r.bytes > mostRemembered {
		clear(r.known)
		r.bytes = len(text)
	}
	r.known[text] = value
	return value
}
