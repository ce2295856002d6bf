package openapi

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// view is what the template shows.
type view struct {
	wording
	*document
	Intro    template.HTML
	Groups   []group
	Sections []section
}

type group struct {
	Name, Text string
	Calls      []call
}

type call struct {
	ID, Method, Path, Summary string
	Admin                     bool
	Text                      template.HTML
	Parameters, Body          []field
	Requests                  []sample
	Answers                   []answer
}

type answer struct {
	Status   string // HTTP's own
	Text     template.HTML
	Type     string // of the content, where it is not JSON
	Variants [][]field
	Samples  []sample
}

type sample struct{ Title, Text string }

type section struct {
	Name   string
	Text   template.HTML
	Fields []field
}

func page(text []byte, words wording) ([]byte, error) {
	d, err := parse(text)
	if err != nil {
		return nil, err
	}
	layout, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	v := view{wording: words, document: d, Intro: prose(d.Info.Description)}
	for _, tag := range d.Tags {
		g := group{Name: tag.Name, Text: tag.Description}
		for _, path := range d.Paths {
			for _, one := range []struct {
				method string
				*operation
			}{{"GET", path.Value.Get}, {"POST", path.Value.Post}} {
				if one.operation != nil && one.Tags[0] == tag.Name {
					c, err := d.call(path.Key, one.method, path.Value, one.operation, words)
					if err != nil {
						return nil, err
					}
					g.Calls = append(g.Calls, c)
				}
			}
		}
		v.Groups = append(v.Groups, g)
	}
	v.Sections = d.sections(v.Groups)
	var out bytes.Buffer
	err = layout.Execute(&out, v)
	return out.Bytes(), err
}

func (d *document) call(path, method string, p path, o *operation, words wording) (call, error) {
	c := call{ID: o.ID, Method: method, Path: path, Summary: o.Summary, Text: prose(o.Description), Admin: len(p.Servers) > 0}
	for _, one := range p.Parameters {
		one = d.parameter(one)
		c.Parameters = append(c.Parameters, field{
			Name: one.Name, Type: typeName(one.Schema), Required: true, Text: prose(one.Description), Range: bounds(one.Schema),
		})
	}
	if b := d.body(o.Body); b != nil {
		for _, content := range b.Content {
			if content.Value.Example != nil {
				c.Requests = append(c.Requests, sample{words.Form, form(content.Value.Example)})
			}
			samples, err := samples(content.Value.Examples)
			if err != nil {
				return c, err
			}
			c.Requests = append(c.Requests, samples...)
		}
		c.Body = d.fields(d.schema(b.Content[0].Value.Schema), "")
	}
	for _, one := range o.Responses {
		r := d.response(one.Value)
		a := answer{Status: one.Key, Text: prose(r.Description)}
		for _, content := range r.Content {
			if content.Key != "application/json" {
				a.Type = content.Key
				continue
			}
			a.Variants = d.variants(content.Value.Schema)
			list, err := samples(content.Value.Examples)
			if err != nil {
				return c, err
			}
			a.Samples = append(a.Samples, list...)
		}
		c.Answers = append(c.Answers, a)
	}
	return c, nil
}

// variants are the forms that an answer may have.
func (d *document) variants(s *schema) [][]field {
	whole := d.schema(s)
	if len(whole.AnyOf) == 0 {
		return [][]field{d.fields(whole, "")}
	}
	var list [][]field
	for _, one := range whole.AnyOf {
		list = append(list, d.fields(d.schema(one), ""))
	}
	return list
}

// sections are the objects that the calls, or these objects themselves, link to.
func (d *document) sections(groups []group) []section {
	var wanted []string
	want := func(fields []field) {
		for _, f := range fields {
			if link := f.Link + f.From; link != "" && !slices.Contains(wanted, link) {
				wanted = append(wanted, link)
			}
		}
	}
	for _, g := range groups {
		for _, c := range g.Calls {
			for _, a := range c.Answers {
				for _, fields := range a.Variants {
					want(fields)
				}
			}
		}
	}
	var list []section
	for i := 0; i < len(wanted); i++ { // what is shown may want more
		s := d.Components.Schemas[wanted[i]]
		one := section{wanted[i], prose(s.Description), d.fields(s, "")}
		want(one.Fields)
		list = append(list, one)
	}
	return list
}

// form writes the fields of a form as they are sent.
func form(fields yaml.MapSlice) string {
	pairs := make([]string, 0, len(fields))
	for _, field := range fields {
		pairs = append(pairs, fmt.Sprintf("%v=%s", field.Key, url.QueryEscape(fmt.Sprint(field.Value))))
	}
	return strings.Join(pairs, "&")
}
