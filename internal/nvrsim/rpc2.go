package nvrsim

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The pages of RPC2, JSON over HTTP, with a login of their own.
const (
	rpcLoginPath = "/RPC2_Login"
	rpcPath      = "/RPC2"
)

// The recorder's numbers for what went wrong.
const (
	rpcChallenge    = 268632079
	rpcLocked       = 268632081
	rpcWrong        = 268632085
	rpcInvalidParam = 268894210
	rpcNoMethod     = 268894209
	rpcDeadSession  = 287637504
	rpcUnknown      = 268959743
)

// rpcKeepAlive is how long a session lives without global.keepAlive; loginLife is how long a challenge does.
const (
	rpcKeepAlive = 60 * time.Second
	rpcLoginLife = 30 * time.Second
	maxRPC       = 128 // sessions and challenges
)

// rpcRequest is one call. ID and Session come back as they were sent: the session as a number or as a text.
type rpcRequest struct {
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Object  int             `json:"object"`
	ID      json.RawMessage `json:"id"`
	Session json.RawMessage `json:"session"`
}

type rpcAnswer struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Result  any             `json:"result"`
	Params  any             `json:"params,omitempty"`
	Session json.RawMessage `json:"session,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func rpcFailure(code int, message string) rpcAnswer {
	return rpcAnswer{Result: false, Error: &rpcError{code, message}}
}

// rpcSessions are the sessions and the challenges that wait for their answer, by the JSON of their number or text. It is safe for
// concurrent use.
type rpcSessions struct {
	mu         sync.Mutex
	made       int
	sessions   map[string]*rpcSession
	challenges map[string]rpcChance
}

type rpcSession struct {
	until     time.Time
	instances map[int]int // objects that move cameras, and their channels, counted from 0
}

// rpcChance is a challenge; it is for one try.
type rpcChance struct {
	random string
	until  time.Time
}

// newName makes the JSON of a session: for one login numbers and for the next texts, as firmware differs. A login takes two.
func (s *rpcSessions) newName() string {
	number := s.made/2%2 == 0
	s.made++
	n := rand.Uint32() | 1<<20 //nolint:gosec // imitates the recorders
	if number {
		return strconv.FormatUint(uint64(n), 10)
	}
	return fmt.Sprintf(`"%08x%024d"`, n, s.made)
}

func (s *rpcSessions) challenge(now time.Time) (name, random string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.challenges == nil || len(s.challenges) >= maxRPC {
		s.challenges = make(map[string]rpcChance)
	}
	name, random = s.newName(), strconv.FormatUint(uint64(rand.Uint32()), 10) //nolint:gosec // imitates the recorders
	s.challenges[name] = rpcChance{random, now.Add(rpcLoginLife)}
	return name, random
}

// answered returns what a challenge asked for, and forgets it; empty where there is none.
func (s *rpcSessions) answered(name string, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.challenges[name]
	delete(s.challenges, name)
	if c.until.Before(now) {
		return ""
	}
	return c.random
}

// open makes a session under a name of its own, and returns those that had died.
func (s *rpcSessions) open(now time.Time) (name string, dead []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = make(map[string]*rpcSession)
	}
	for other, session := range s.sessions {
		if session.until.Before(now) || len(s.sessions) >= maxRPC {
			delete(s.sessions, other)
			dead = append(dead, other)
		}
	}
	name = s.newName()
	s.sessions[name] = &rpcSession{until: now.Add(rpcKeepAlive), instances: make(map[int]int)}
	return name, dead
}

// alive tells whether a session lives; renew lets it live on.
func (s *rpcSessions) alive(name string, now, renew time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.sessions[name]
	if session == nil || session.until.Before(now) {
		delete(s.sessions, name)
		return false
	}
	if renew.After(session.until) {
		session.until = renew
	}
	return true
}

func (s *rpcSessions) close(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, name)
}

// instance makes the object of a session that moves one camera, always the same.
func (s *rpcSessions) instance(name string, channel int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	object := 0x10000 + channel
	if session := s.sessions[name]; session != nil {
		session.instances[object] = channel
	}
	return object
}

func (s *rpcSessions) camera(name string, object int) (channel int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session := s.sessions[name]; session != nil {
		channel, ok = session.instances[object]
	}
	return channel, ok
}

// serveRPC answers one call.
func (r *Recorder) serveRPC(ctx context.Context, w http.ResponseWriter, req *http.Request, body []byte) {
	status := r.Faults().HTTPStatus
	switch {
	case r.cfg.NoRPC2:
		sendText(w, http.StatusNotFound, "Error\r\nNot Found!\r\n")
		return
	case req.Method != http.MethodPost:
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	case status != 0:
		sendText(w, status, dahuaError)
		return
	}
	var call rpcRequest
	var answer rpcAnswer
	switch err := json.Unmarshal(body, &call); {
	case err != nil || call.Method == "":
		answer = rpcFailure(rpcInvalidParam, "Request invalid param!")
	case req.URL.Path == rpcLoginPath:
		answer = r.rpcLogin(req, call)
	default:
		answer = r.rpcCall(ctx, req, call)
	}
	answer.ID = call.ID
	if answer.Session == nil {
		answer.Session = call.Session
	}
	text, err := json.Marshal(answer)
	if err != nil {
		sendText(w, http.StatusInternalServerError, dahuaError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	_, _ = w.Write(append(text, '\n')) // a client that is gone needs no answer
}

// rpcLogin answers a login without a password by a challenge, and judges the one that answers it.
func (r *Recorder) rpcLogin(req *http.Request, call rpcRequest) rpcAnswer {
	var params struct {
		User      string `json:"userName"`
		Password  string `json:"password"`
		Client    string `json:"clientType"`
		Login     string `json:"loginType"`
		Authority string `json:"authorityType"`
	}
	err := json.Unmarshal(call.Params, &params)
	if err != nil || call.Method != "global.login" || params.User == "" || params.Client == "" || params.Login != "Direct" {
		return rpcFailure(rpcInvalidParam, "Request invalid param!")
	}
	host, now := hostOf(req.RemoteAddr), r.now()
	if params.Password == "" {
		if r.gate.lockLeft(host) > 0 {
			return r.rpcRefusal(host, true)
		}
		name, random := r.rpc.challenge(now)
		answer := rpcFailure(rpcChallenge, "Component error: login challenge!")
		answer.Session = json.RawMessage(name)
		answer.Params = map[string]any{"encryption": "Default", "mac": "9002A9B1C2D3", "random": random, "realm": r.gate.realm}
		return answer
	}
	random := r.rpc.answered(string(call.Session), now)
	if random == "" || params.Authority != "Default" {
		return rpcFailure(rpcDeadSession, "Invalid session in request data!")
	}
	secret := upperMD5(r.cfg.User + ":" + r.gate.realm + ":" + r.cfg.Password)
	right := params.User == r.cfg.User && equal(params.Password, upperMD5(r.cfg.User+":"+random+":"+secret))
	isLocked := r.gate.note(host, right)
	if isLocked || !right {
		r.journal.add(LoginRefused, req.RemoteAddr, "", req.RequestURI)
		return r.rpcRefusal(host, isLocked)
	}
	r.journal.add(LoginOK, req.RemoteAddr, "", req.RequestURI)
	name, dead := r.rpc.open(now)
	for _, other := range dead {
		r.finds.leave(other)
	}
	return rpcAnswer{
		Result: true, Session: json.RawMessage(name), Params: map[string]any{"keepAliveInterval": int(rpcKeepAlive / time.Second)},
	}
}

// rpcRefusal tells how many tries are left, and for how long there are none.
func (r *Recorder) rpcRefusal(host string, isLocked bool) rpcAnswer {
	answer := rpcFailure(rpcWrong, "Component error: User or password not valid!")
	if isLocked {
		answer = rpcFailure(rpcLocked, "Component error: User is locked!")
	}
	answer.Params = map[string]int{
		"remainLoginTimes": r.gate.triesLeft(host), "remainLockSecond": int(r.gate.lockLeft(host) / time.Second),
	}
	return answer
}

func upperMD5(s string) string { return strings.ToUpper(md5Hex(s)) }
