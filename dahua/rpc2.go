package dahua

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/internal/netway"
)

// The pages of RPC2, the vendor's JSON over HTTP.
const (
	pageRPC2  = "/RPC2"
	pageLogin = "/RPC2_Login"
)

// The codes of RPC2 that mean something here.
const (
	codeChallenge      = 268632079 // the normal answer to the first step of a login; 401 from some
	codeLocked         = 268632081
	codeBadPassword    = 268632085
	codeNotInitialised = 268632086
	codeNoSession      = 287637504
	codeBadSession     = 287637505
)

// maxSession is the ceiling for the length of a session's and an object's number, which is a number or a text.
const maxSession = 128

// Errors of RPC2.
var (
	errNoRPC2  = errors.New("the device has no RPC2 for this account")
	errSession = errors.New("the session has ended")
)

// call is a request. Session and object are what the device gave, as it gave them.
type call struct {
	Method  string          `json:"method"`
	Params  any             `json:"params"`
	Object  json.RawMessage `json:"object,omitempty"`
	ID      int64           `json:"id"`
	Session json.RawMessage `json:"session,omitempty"`
}

// reply is an answer.
type reply struct {
	Result  json.RawMessage `json:"result"`
	Params  json.RawMessage `json:"params"`
	Session json.RawMessage `json:"session"`
	Error   json.RawMessage `json:"error"`
}

// fault is what an answer says about a refusal.
type fault struct {
	Code    json.RawMessage `json:"code"`
	Message json.RawMessage `json:"message"`
}

// parseReply reads an answer. A body that is no JSON object fails.
func parseReply(body []byte) (reply, error) {
	var r reply
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &r); err != nil {
		return reply{}, fmt.Errorf("RPC2: %w", err)
	}
	return r, nil
}

// fault is zero where the device tells none.
func (r reply) fault() fault {
	var told fault
	if json.Unmarshal(r.Error, &told) != nil {
		return fault{}
	}
	return told
}

// code is the device's error number, 0 where there is none.
func (r reply) code() int {
	n, err := strconv.Atoi(scalar(r.fault().Code))
	if err != nil {
		return 0
	}
	return n
}

// refused tells an answer that grants nothing: an error, or the result false.
func (r reply) refused() bool {
	return !empty(r.Error) || empty(r.Result) || string(r.Result) == "false"
}

func empty(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// object is the number of an object that was made, nil where the device made none.
func (r reply) object() json.RawMessage {
	if number := scalar(r.Result); r.refused() || number == "" || number == "0" || len(r.Result) > maxSession {
		return nil
	}
	return r.Result
}

// words are the device's own for a refusal.
func (r reply) words() string { return netway.Plain([]byte(scalar(r.fault().Message))) }

// post sends a call and reads the answer, whatever it grants. Errors are *device.Error; where nobody speaks RPC2 there, errNoRPC2 is in
// the chain.
func (r *recorder) post(ctx context.Context, op device.Operation, page string, one call) (reply, error) {
	body, err := json.Marshal(one)
	if err != nil {
		return reply{}, r.rpc2Failure(op, 0, netway.Meaning{Kind: device.KindProtocol}, err)
	}
	answer, err := r.Send(ctx, op, http.MethodPost, page, "application/json", body)
	if err != nil {
		return reply{}, err
	}
	if answer.Status != http.StatusOK {
		return reply{}, r.rpc2Status(op, answer)
	}
	got, err := parseReply(answer.Body)
	if err != nil {
		// Some web servers give their front page for whatever they do not know.
		return reply{}, r.rpc2Failure(op, 0, netway.Meaning{Kind: device.KindProtocol}, errNoRPC2)
	}
	return got, nil
}

func (r *recorder) rpc2Status(op device.Operation, answer *httpdigest.Answer) error {
	var cause error
	switch answer.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		cause = errNoRPC2
	default:
	}
	return r.rpc2Failure(op, answer.Status, explain(answer), cause)
}

func (r *recorder) rpc2Failure(op device.Operation, status int, meaning netway.Meaning, cause error) *device.Error {
	failure := r.Failure(op, status, meaning)
	failure.Err = cause
	return failure
}
