package nvrsim

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// document writes the XML of ISAPI. Elements are closed in the order of a stack.
type document struct {
	b    strings.Builder
	open []string
}

// newDocument starts a document with a root element, its namespace, and attributes (with a leading blank) or nothing.
func newDocument(root, namespace, attributes string) *document {
	d := &document{}
	d.b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n")
	fmt.Fprintf(&d.b, "<%s version=\"2.0\" xmlns=%q%s>\r\n", root, namespace, attributes)
	d.open = append(d.open, root)
	return d
}

// in opens an element.
func (d *document) in(name string) *document {
	fmt.Fprintf(&d.b, "<%s>\r\n", name)
	d.open = append(d.open, name)
	return d
}

// out closes the element opened last.
func (d *document) out() *document {
	last := len(d.open) - 1
	fmt.Fprintf(&d.b, "</%s>\r\n", d.open[last])
	d.open = d.open[:last]
	return d
}

// put writes elements that hold text, as pairs of name and value.
func (d *document) put(pairs ...any) *document {
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&d.b, "<%s>", pairs[i])
		_ = xml.EscapeText(&d.b, fmt.Append(nil, pairs[i+1])) // a strings.Builder takes all
		fmt.Fprintf(&d.b, "</%s>\r\n", pairs[i])
	}
	return d
}

// send closes what is open and answers.
func (d *document) send(w http.ResponseWriter, status int) {
	for len(d.open) > 0 {
		d.out()
	}
	w.Header().Set("Content-Type", `application/xml; charset="UTF-8"`)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(d.b.String())) // a client that is gone needs no answer
}
