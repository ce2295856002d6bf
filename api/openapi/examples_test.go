package openapi_test

import (
	"net/http"
	"strings"
	"testing"

	"mediapusher/api/openapi/openapitest"
)

func load(t *testing.T, path string) *openapitest.Reference {
	t.Helper()
	r, err := openapitest.Load([]byte(get(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func jsonAnswer(status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}}
}

// The examples are what the schemas say.
func TestExamples(t *testing.T) {
	for _, path := range []string{"/openapi.yaml", "/openapi.zh.yaml"} {
		r := load(t, path)
		examples, err := r.Examples()
		if err != nil || len(examples) < 8 {
			t.Fatalf("%d examples, %v", len(examples), err)
		}
		for _, one := range examples {
			if one.Status == "" {
				err = r.CheckRequest(one.Path, one.Value)
			} else {
				err = r.Check(one.Method, strings.ReplaceAll(one.Path, "{play_handle}", "7"), jsonAnswer(http.StatusOK), one.Value)
			}
			if err != nil {
				t.Errorf("%s: %s %s %s: %v", path, one.Method, one.Path, one.Value, err)
			}
		}
	}
}

// What the checks of other packages rest on: whatever the reference does not know is found.
func TestChecksAreStrict(t *testing.T) {
	r := load(t, "/openapi.yaml")
	const begin = `{"status_code":200,"status_message":"OK",`
	leg := `{"state":"","age":null,"reconnects":0,"bytes":0,"units":0,"last_error":"","last_error_age":null}`
	session := `"session_id":"a","kind":"live","state":"starting","vendor":"dahua","address":"","channel":0,"stream_type":"main","way":"",` +
		`"stream":"","server":"","video_codec":"","audio_codec":"","audio_note":"","width":0,"height":0,"frame_rate":0,` +
		`"bits_per_second":0,"frames_per_second":0,"dropped":0,"age":1.5,"last_key_frame_age":null,"last_frame_age":null,` +
		`"last_error":"","last_error_age":null,"clients":1,"source":` + leg + `,"publish":`
	for _, c := range []struct {
		path, body string
		ok         bool
	}{
		{"/STREAM/7/BEATS", `{"status_code":200,"status_message":"OK"}`, true},
		{"/stream/7/beats", `{"status_code":605,"status_message":"no"}`, true},
		{"/STREAM/7/BEATS", `{"status_code":606,"status_message":"no"}`, false},
		{"/STREAM/7/BEATS", begin + `"more":1}`, false},
		{"/STREAM/7/BEATS", `{"status_code":605,"status_message":"no","more":1}`, false},
		{"/STREAM/7/BEATS", `{"status_code":"200","status_message":"OK"}`, false},
		{"/STREAM/7/NOTHING", `{"status_code":200,"status_message":"OK"}`, false},
		{"/STREAM/7", begin + session + leg + `,"rtmp_url":""}`, true},
		{"/STREAM/7", begin + session + leg + `}`, false},
		{"/STREAM/7", begin + session + leg + `,"rtmp_url":"","play_handle":7}`, false},
		{"/STREAM/7", begin + session + strings.Replace(leg, "{", `{"more":1,`, 1) + `,"rtmp_url":""}`, false},
		{"/STREAMS", begin + `"streams":[{` + session + leg + `}],"ended":[]}`, true},
		{"/STREAMS", begin + `"streams":[{` + session + leg + `,"more":1}],"ended":[]}`, false},
	} {
		if err := r.Check(http.MethodGet, c.path, jsonAnswer(http.StatusOK), []byte(c.body)); (err == nil) != c.ok {
			t.Errorf("%s %s: %v", c.path, c.body, err)
		}
	}
}
