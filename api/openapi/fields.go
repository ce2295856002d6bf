package openapi

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// field is a row of a table: one field of a body or an answer.
type field struct {
	Name     string
	Type     string
	Link     string // the schema that has a table of its own
	Required bool
	Text     template.HTML
	Range    string
	Example  string
	Values   []value
	From     string // not a field, but all those of the schema with this name
}

// value is one that a field may have.
type value struct {
	Value string
	Title string // where it says more than the value
	Text  template.HTML
}

// manyFields is how many fields a part of a schema may have to be shown where it is used; longer ones are linked to.
const manyFields = 12

// fields lists the fields of an object, those of its parts included. prefix stands before each name.
func (d *document) fields(s *schema, prefix string) []field {
	var list []field
	for _, part := range s.AllOf {
		whole := d.schema(part)
		inner := d.fields(whole, prefix)
		if part.Ref != "" && len(inner) > manyFields {
			inner = []field{{From: name(part.Ref)}}
		}
		for _, one := range inner {
			list = merge(list, one)
		}
	}
	for _, property := range s.Properties {
		for _, one := range d.property(property.Key, property.Value, prefix) {
			one.Required = one.Required || slices.Contains(s.Required, property.Key)
			list = merge(list, one)
		}
	}
	return list
}

// merge adds a field; one of the same name takes the place of the earlier one, which keeps what it alone says.
func merge(list []field, one field) []field {
	i := slices.IndexFunc(list, func(f field) bool { return f.Name == one.Name && f.From == one.From })
	if i < 0 {
		return append(list, one)
	}
	old := list[i]
	if one.Text == "" {
		one.Text = old.Text
	}
	if one.Type == "" {
		one.Type = old.Type
	}
	one.Values = refine(old.Values, one.Values)
	one.Required = one.Required || old.Required
	list[i] = one
	return list
}

// refine keeps of the known values those that a later schema still allows, with what is known of them.
func refine(known, allowed []value) []value {
	if len(known) == 0 || len(allowed) == 0 {
		return append(known, allowed...)
	}
	return slices.DeleteFunc(slices.Clone(known), func(v value) bool {
		return !slices.ContainsFunc(allowed, func(a value) bool { return a.Value == v.Value })
	})
}

// property makes the row of one field, and where it is an object without a name of its own those of the fields in it.
func (d *document) property(key string, s *schema, prefix string) []field {
	whole := d.schema(s)
	f := field{
		Name: prefix + key, Type: typeName(whole), Text: prose(whole.Description), Range: bounds(whole), Values: d.values(whole),
	}
	if len(whole.Examples) > 0 {
		f.Example = literal(whole.Examples[0])
	}
	item, ref, inner := whole, s.Ref, prefix+key+"."
	if len(whole.AnyOf) > 0 {
		item, ref = d.schema(whole.AnyOf[0]), whole.AnyOf[0].Ref
		f.Type = typeName(item) + " | null"
	}
	if whole.Items != nil {
		item, ref, inner = d.schema(whole.Items), whole.Items.Ref, prefix+key+"[]."
		f.Type = typeName(item) + "[]"
	}
	if len(item.Properties) == 0 && len(item.AllOf) == 0 {
		return []field{f}
	}
	if ref != "" {
		f.Link = name(ref)
		return []field{f}
	}
	return append([]field{f}, d.fields(item, inner)...)
}

func typeName(s *schema) string {
	switch t := s.Type.(type) {
	case string:
		return t
	case []any:
		names := make([]string, 0, len(t))
		for _, one := range t {
			names = append(names, fmt.Sprint(one))
		}
		return strings.Join(names, " | ")
	default:
		if len(s.Properties) > 0 || len(s.AllOf) > 0 {
			return "object"
		}
		return ""
	}
}

func bounds(s *schema) string {
	var parts []string
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		parts = append(parts, fmt.Sprintf("%v … %v", s.Minimum, s.Maximum))
	case s.Minimum != nil:
		parts = append(parts, fmt.Sprintf("≥ %v", s.Minimum))
	}
	if s.Default != nil {
		parts = append(parts, fmt.Sprintf("= %v", s.Default))
	}
	return strings.Join(parts, ", ")
}

func (d *document) values(s *schema) []value {
	var list []value
	if s.Const != nil {
		list = append(list, d.known(s.Const))
	}
	for _, one := range s.Enum {
		list = append(list, d.known(one))
	}
	for _, one := range s.OneOf {
		v := value{Value: literal(one.Const), Title: one.Title, Text: prose(one.Description)}
		if v.Title == v.Value || string(v.Text) == v.Title {
			v.Title = ""
		}
		list = append(list, v)
	}
	return list
}

// known tells what is known of a value: the status codes have one list.
func (d *document) known(constant any) value {
	v := value{Value: literal(constant)}
	for _, code := range d.Components.Schemas["StatusCode"].OneOf {
		if literal(code.Const) == v.Value {
			v.Title, v.Text = code.Title, prose(code.Description)
		}
	}
	return v
}

func literal(constant any) string {
	if text, ok := constant.(string); ok && text == "" {
		return `""`
	}
	return fmt.Sprint(constant)
}
