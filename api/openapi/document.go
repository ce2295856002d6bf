package openapi

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// document is what the pages show of an OpenAPI document.
type document struct {
	Info struct {
		Title       string `yaml:"title"`
		Summary     string `yaml:"summary"`
		Description string `yaml:"description"`
	} `yaml:"info"`
	Servers []struct {
		URL         string `yaml:"url"`
		Description string `yaml:"description"`
	} `yaml:"servers"`
	Tags []struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
	} `yaml:"tags"`
	Paths      ordered[path] `yaml:"paths"`
	Components struct {
		Parameters    map[string]parameter `yaml:"parameters"`
		RequestBodies map[string]body      `yaml:"requestBodies"`
		Responses     map[string]response  `yaml:"responses"`
		Schemas       map[string]*schema   `yaml:"schemas"`
	} `yaml:"components"`
}

type path struct {
	Servers    []any       `yaml:"servers"`
	Parameters []parameter `yaml:"parameters"`
	Get        *operation  `yaml:"get"`
	Post       *operation  `yaml:"post"`
}

type operation struct {
	ID          string            `yaml:"operationId"`
	Tags        []string          `yaml:"tags"`
	Summary     string            `yaml:"summary"`
	Description string            `yaml:"description"`
	Body        *body             `yaml:"requestBody"`
	Responses   ordered[response] `yaml:"responses"`
}

type parameter struct {
	Ref         string  `yaml:"$ref"`
	Name        string  `yaml:"name"`
	Description string  `yaml:"description"`
	Schema      *schema `yaml:"schema"`
	Example     any     `yaml:"example"`
}

type body struct {
	Ref     string         `yaml:"$ref"`
	Content ordered[media] `yaml:"content"`
}

type response struct {
	Ref         string         `yaml:"$ref"`
	Description string         `yaml:"description"`
	Content     ordered[media] `yaml:"content"`
}

type media struct {
	Schema *schema `yaml:"schema"`
	// Example is that of a form.
	Example  yaml.MapSlice    `yaml:"example"`
	Examples ordered[example] `yaml:"examples"`
}

type example struct {
	Summary string        `yaml:"summary"`
	Value   yaml.MapSlice `yaml:"value"`
}

// schema is what the documents use of JSON Schema.
type schema struct {
	Ref         string           `yaml:"$ref"`
	Type        any              `yaml:"type"` // a name or a list of names
	Title       string           `yaml:"title"`
	Description string           `yaml:"description"`
	Properties  ordered[*schema] `yaml:"properties"`
	Required    []string         `yaml:"required"`
	Items       *schema          `yaml:"items"`
	AllOf       []*schema        `yaml:"allOf"`
	AnyOf       []*schema        `yaml:"anyOf"`
	OneOf       []*schema        `yaml:"oneOf"`
	Enum        []any            `yaml:"enum"`
	Const       any              `yaml:"const"`
	Minimum     any              `yaml:"minimum"`
	Maximum     any              `yaml:"maximum"`
	Default     any              `yaml:"default"`
	Examples    []any            `yaml:"examples"`
}

// ordered is a mapping in the order in which it was written.
type ordered[T any] []entry[T]

type entry[T any] struct {
	Key   string
	Value T
}

// UnmarshalYAML reads a mapping. The errors are those of package yaml.
func (o *ordered[T]) UnmarshalYAML(unmarshal func(any) error) error {
	var keys yaml.MapSlice
	if err := unmarshal(&keys); err != nil {
		return err
	}
	var values map[string]T
	if err := unmarshal(&values); err != nil {
		return err
	}
	for _, item := range keys {
		key := fmt.Sprint(item.Key)
		*o = append(*o, entry[T]{key, values[key]})
	}
	return nil
}

func parse(text []byte) (*document, error) {
	var d document
	if err := yaml.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	return &d, nil
}

// name is the last part of a reference.
func name(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// schema follows a reference. What a schema says beside its reference goes before what it refers to.
func (d *document) schema(s *schema) *schema {
	if s == nil || s.Ref == "" {
		return s
	}
	target := d.schema(d.Components.Schemas[name(s.Ref)])
	if target == nil {
		return s
	}
	merged := *target
	if s.Description != "" {
		merged.Description = s.Description
	}
	return &merged
}

func (d *document) parameter(p parameter) parameter {
	if p.Ref != "" {
		return d.Components.Parameters[name(p.Ref)]
	}
	return p
}

func (d *document) body(b *body) *body {
	if b == nil || b.Ref == "" {
		return b
	}
	target := d.Components.RequestBodies[name(b.Ref)]
	return &target
}

func (d *document) response(r response) response {
	if r.Ref != "" {
		return d.Components.Responses[name(r.Ref)]
	}
	return r
}
