package nvrsim_test

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

type rpcAnswer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Params struct {
		Realm      string `json:"realm"`
		Random     string `json:"random"`
		Encryption string `json:"encryption"`
		KeepAlive  int    `json:"keepAliveInterval"`
		Tries      *int   `json:"remainLoginTimes"`
		Locked     int    `json:"remainLockSecond"`
		Found      int    `json:"found"`
		Infos      []struct {
			Channel   int
			StartTime string
			FilePath  string
			Length    int64
		} `json:"infos"`
	} `json:"params"`
	Session json.RawMessage `json:"session"`
	Error   struct {
		Code int `json:"code"`
	} `json:"error"`
}

// rpc is a client of RPC2.
type rpc struct {
	t       *testing.T
	r       *nvrsim.Recorder
	session json.RawMessage
}

func (c *rpc) post(page, method, object, params string) (status int, answer rpcAnswer) {
	c.t.Helper()
	body := fmt.Sprintf(`{"method":%q,"params":%s,"id":7`, method, params)
	if object != "" {
		body += `,"object":` + object
	}
	if c.session != nil {
		body += `,"session":` + string(c.session)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, "http://"+c.r.HTTPAddr()+page, strings.NewReader(body+"}"))
	if err != nil {
		c.t.Fatal(err)
	}
	plain := &http.Transport{}
	defer plain.CloseIdleConnections()
	res, err := plain.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, &answer); err != nil {
			c.t.Fatalf("%v: %s", err, text)
		}
	}
	return res.StatusCode, answer
}

// call calls a method within the session.
func (c *rpc) call(method, object, params string) rpcAnswer {
	c.t.Helper()
	_, answer := c.post("/RPC2", method, object, params)
	return answer
}

func upper(s string) string { return fmt.Sprintf("%X", md5.Sum([]byte(s))) }

// login makes both steps and returns the answer to the second.
func login(t *testing.T, r *nvrsim.Recorder, password string) (*rpc, rpcAnswer) {
	t.Helper()
	c := &rpc{t: t, r: r}
	const form = `{"userName":"admin","password":%q,"clientType":"Web3.0","loginType":"Direct"%s}`
	_, first := c.post("/RPC2_Login", "global.login", "", fmt.Sprintf(form, "", ""))
	if first.Error.Code == 268632081 {
		return c, first
	}
	p := first.Params
	if string(first.Result) != "false" || first.Error.Code != 268632079 || p.Encryption != "Default" || p.Realm == "" || p.Random == "" {
		t.Fatalf("challenge: %+v", first)
	}
	c.session = first.Session
	secret := upper("admin:" + p.Random + ":" + upper("admin:"+p.Realm+":"+password))
	_, second := c.post("/RPC2_Login", "global.login", "", fmt.Sprintf(form, secret, `,"authorityType":"Default"`))
	c.session = second.Session
	return c, second
}

func TestRPC2Login(t *testing.T) {
	now := make(chan time.Time, 1)
	now <- moment(12, 0)
	clock := func() time.Time {
		at := <-now
		now <- at
		return at
	}
	r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, LockAfter: 2, Clock: clock})
	var kinds [2]bool
	for range 2 {
		c, answer := login(t, r, rightPassword)
		if string(answer.Result) != "true" || answer.Params.KeepAlive != 60 || answer.ID != 7 {
			t.Fatalf("%+v", answer)
		}
		kinds[0], kinds[1] = kinds[0] || c.session[0] == '"', kinds[1] || c.session[0] != '"'
		if a := c.call("global.keepAlive", "", "null"); string(a.Result) != "true" {
			t.Errorf("%+v", a)
		}
		if a := c.call("global.logout", "", "null"); string(a.Result) != "true" {
			t.Errorf("%+v", a)
		}
		if a := c.call("global.keepAlive", "", "null"); a.Error.Code != 287637504 {
			t.Errorf("after the logout: %+v", a)
		}
	}
	if kinds != [2]bool{true, true} {
		t.Errorf("sessions as text and as number: %v", kinds)
	}
	old, _ := login(t, r, rightPassword)
	<-now
	now <- moment(12, 2)
	if a := old.call("global.keepAlive", "", "null"); a.Error.Code != 287637504 {
		t.Errorf("after two minutes: %+v", a)
	}
	if _, a := login(t, r, "wrong"); a.Error.Code != 268632085 || a.Params.Tries == nil || *a.Params.Tries != 1 {
		t.Errorf("first wrong password: %+v", a)
	}
	if status, _, _ := get(t, r, "wrong", "/cgi-bin/magicBox.cgi?action=getVendor"); status != 403 {
		t.Errorf("second wrong password, by CGI: %d", status)
	}
	if _, a := login(t, r, rightPassword); a.Error.Code != 268632081 || a.Params.Locked == 0 {
		t.Errorf("while locked: %+v", a)
	}
	if c := r.Counts(); c.LoginsRefused != 2 || c.LoginsAccepted != 3 {
		t.Errorf("%+v", c)
	}
	without := &rpc{t: t, r: start(t, nvrsim.Config{Vendor: nvrsim.Dahua, NoRPC2: true})}
	if status, _ := without.post("/RPC2_Login", "global.login", "", "{}"); status != 404 {
		t.Errorf("without RPC2: %d", status)
	}
}

func TestRPC2Search(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, Channels: recordedChannels(nvrsim.Dahua), NoCGISearch: true})
	c, _ := login(t, r, rightPassword)
	object := string(c.call("mediaFileFind.factory.create", "", "null").Result)
	const condition = `{"condition":{"Channel":%d,"StartTime":"2016-07-20 12:00:00","EndTime":"2016-07-20 13:00:00","Types":["dav"]}}`
	if a := c.call("mediaFileFind.findFile", object, fmt.Sprintf(condition, 0)); string(a.Result) != "true" {
		t.Fatalf("%+v", a)
	}
	a := c.call("mediaFileFind.findNextFile", object, `{"count":100}`)
	if a.Params.Found != 2 || len(a.Params.Infos) != 2 || a.Params.Infos[1].Length != 4711 || a.Params.Infos[0].StartTime != "2016-07-20 12:50:00" {
		t.Errorf("%+v", a)
	}
	if a := c.call("mediaFileFind.findNextFile", object, `{"count":100}`); a.Params.Found != 0 || a.Params.Infos != nil {
		t.Errorf("after the last page: %+v", a)
	}
	other, _ := login(t, r, rightPassword)
	if a := other.call("mediaFileFind.destroy", object, "null"); string(a.Result) != "false" {
		t.Errorf("another session: %+v", a)
	}
	if a := c.call("mediaFileFind.findFile", object, fmt.Sprintf(condition, 1)); string(a.Result) != "false" {
		t.Errorf("nothing recorded: %+v", a)
	}
	for _, method := range []string{"mediaFileFind.close", "mediaFileFind.destroy"} {
		if a := c.call(method, object, "null"); string(a.Result) != "true" {
			t.Errorf("%s: %+v", method, a)
		}
	}
	other.call("mediaFileFind.factory.create", "", "null")
	if r.Counts().Searches != 1 {
		t.Errorf("%+v", r.Counts())
	}
	other.call("global.logout", "", "null")
	if r.Counts().Searches != 0 {
		t.Errorf("after the logout: %+v", r.Counts())
	}
}

func TestRPC2Movements(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, Channels: recordedChannels(nvrsim.Dahua)})
	c, _ := login(t, r, rightPassword)
	object := string(c.call("ptz.factory.instance", "", `{"channel":0}`).Result)
	const up = `{"channel":%d,"code":"Up","arg1":0,"arg2":%d,"arg3":0}`
	for _, refused := range []rpcAnswer{
		c.call("ptz.start", "", fmt.Sprintf(up, 0, 5)),
		c.call("ptz.start", object, fmt.Sprintf(up, 1, 5)),
		c.call("ptz.start", object, fmt.Sprintf(up, 0, 9)),
		c.call("ptz.start", string(c.call("ptz.factory.instance", "", `{"channel":1}`).Result), fmt.Sprintf(up, 1, 5)), // fixed
		c.call("ptz.factory.instance", "", `{"channel":3}`),
		c.call("ptz.nothing", object, "null"),
	} {
		if string(refused.Result) != "false" || refused.Error.Code == 0 {
			t.Errorf("%+v", refused)
		}
	}
	for _, method := range []string{"ptz.start", "ptz.stop"} {
		if a := c.call(method, object, fmt.Sprintf(up, 0, 5)); string(a.Result) != "true" {
			t.Errorf("%s: %+v", method, a)
		}
	}
	if got := moves(r); !slices.Equal(got, []string{"ptz-start 1 tilt up", "ptz-stop 1 tilt up"}) {
		t.Errorf("%q", got)
	}
}
