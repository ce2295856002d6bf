// Package openapitest checks what a running API answers against its reference, and more strictly than callers may: a field that the
// reference does not know is an error. For tests only.
package openapitest

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const resource = "reference.json"

// Reference is an OpenAPI 3.1 document. Its methods may be called from several goroutines.
type Reference struct {
	tree map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

// Load reads a document as it is served, in YAML.
func Load(document []byte) (*Reference, error) {
	tree, err := Tree(document)
	if err != nil {
		return nil, err
	}
	r := &Reference{tree: tree, compiler: jsonschema.NewCompiler()}
	for _, operation := range r.operations() {
		for _, response := range object(operation.node, "responses") {
			tightenContent(response)
		}
	}
	for _, response := range object(tree, "components", "responses") {
		tightenContent(response)
	}
	for _, schema := range object(tree, "components", "schemas") {
		tightenParts(schema)
	}
	return r, r.compiler.AddResource(resource, tree)
}

// Tree is a document as package jsonschema takes it.
func Tree(document []byte) (map[string]any, error) {
	text, err := yaml.YAMLToJSON(document)
	if err != nil {
		return nil, err
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	whole, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the document is no object but %T", tree)
	}
	return whole, nil
}

type operation struct {
	method, path string
	node         any
}

func (r *Reference) operations() []operation {
	var list []operation
	for path, item := range object(r.tree, "paths") {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if node := object(item, strings.ToLower(method)); node != nil {
				list = append(list, operation{method, path, node})
			}
		}
	}
	return list
}

// Operations returns methods and paths, such as "GET /STREAM/{play_handle}", in alphabetical order. The caller owns the slice.
func (r *Reference) Operations() []string {
	var list []string
	for _, one := range r.operations() {
		list = append(list, one.method+" "+one.path)
	}
	slices.Sort(list)
	return list
}

// Known tells whether the reference has a call.
func (r *Reference) Known(method, path string) bool {
	return slices.ContainsFunc(r.operations(), func(one operation) bool { return one.method == method && matches(one.path, path) })
}

// Check tells what is wrong with the answer to a request: the method and the path are not in the reference, nor is the answer's HTTP
// status or its type, or the body is not as the schema says.
func (r *Reference) Check(method, path string, answer *http.Response, body []byte) error {
	for _, one := range r.operations() {
		if one.method != method || !matches(one.path, strings.TrimSuffix(path, "/")) {
			continue
		}
		return r.checkAnswer(one, answer, body)
	}
	return fmt.Errorf("%s %s is not in the reference", method, path)
}

func (r *Reference) checkAnswer(o operation, answer *http.Response, body []byte) error {
	if answer.StatusCode == http.StatusNotFound {
		return fmt.Errorf("%s %s: the service has no such path", o.method, o.path)
	}
	status := strconv.Itoa(answer.StatusCode)
	responses := object(o.node, "responses")
	if responses[status] == nil {
		status = "default"
	}
	where := []string{"paths", o.path, strings.ToLower(o.method), "responses", status}
	if ref, _ := object(responses[status])["$ref"].(string); ref != "" {
		where = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	}
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("%s %s: %w", o.method, o.path, err)
	}
	content := object(r.tree, append(where, "content")...)
	if content[kind] == nil {
		return fmt.Errorf("%s %s: %d %s is not in the reference", o.method, o.path, answer.StatusCode, kind)
	}
	if kind != "application/json" {
		return nil
	}
	return r.validate(append(where, "content", kind, "schema"), body)
}

// Enum returns the values that a property of a component may have. The caller owns the slice.
func (r *Reference) Enum(component, property string) []string {
	list, _ := object(r.tree, "components", "schemas", component, "properties", property)["enum"].([]any)
	values := make([]string, 0, len(list))
	for _, one := range list {
		values = append(values, fmt.Sprint(one))
	}
	return values
}

func (r *Reference) validate(where []string, body []byte) error {
	for i, part := range where {
		where[i] = strings.ReplaceAll(strings.ReplaceAll(part, "~", "~0"), "/", "~1")
	}
	pointer := strings.NewReplacer("{", "%7B", "}", "%7D").Replace(strings.Join(where, "/"))
	schema, err := r.compile(resource + "#/" + pointer)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

func (r *Reference) compile(location string) (*jsonschema.Schema, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.compiler.Compile(location)
}

// matches compares a path with one of the reference, in any case, and whatever stands for a parameter.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool {
		return strings.HasPrefix(w, "{") && g != "" || strings.EqualFold(w, g)
	})
}

// object goes down a tree; it is nil where there is no object.
func object(node any, keys ...string) map[string]any {
	for _, key := range keys {
		m, _ := node.(map[string]any)
		node = m[key]
	}
	m, _ := node.(map[string]any)
	return m
}

// follow returns what a reference refers to, or the node itself.
func (r *Reference) follow(node map[string]any) map[string]any {
	if ref, _ := node["$ref"].(string); ref != "" {
		return r.follow(object(r.tree, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...))
	}
	return node
}
