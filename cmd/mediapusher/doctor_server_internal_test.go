package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/doctor"
)

// What an SRS says of its version decides what is said of H.265, unless the operator knows better.
func TestMediaServer(t *testing.T) {
	rtmp := listen(t)
	go func() {
		for {
			conn, err := rtmp.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write(append([]byte{3}, make([]byte, 2*1536)...))
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
	}()
	for name, tt := range map[string]struct {
		answer string
		policy config.HEVC
		hevc   string
		worst  doctor.State
	}{
		"SRS 6":             {`{"code":0,"data":{"major":6,"minor":0,"revision":155,"version":"6.0.155"}}`, config.HEVCAuto, "enhanced", doctor.OK},
		"SRS 5":             {`{"code":0,"data":{"major":5,"minor":0,"revision":213,"version":"5.0.213"}}`, config.HEVCAuto, "none", doctor.Warning},
		"SRS 5, forced":     {`{"code":0,"data":{"major":5,"minor":0,"revision":213,"version":"5.0.213"}}`, config.HEVCLegacy, "legacy", doctor.Broken},
		"no SRS":            {`<html>`, config.HEVCAuto, "", doctor.Warning},
		"no SRS, but known": {`<html>`, config.HEVCNone, "none", doctor.Warning},
	} {
		t.Run(name, func(t *testing.T) {
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.answer) }))
			defer api.Close()
			cfg := config.Default()
			cfg.RTMP.PublishURL = device.NewSecret("rtmp://" + rtmp.Addr().String() + "/live/{stream}")
			cfg.RTMP.HEVC, cfg.SRS.APIURL = tt.policy, device.NewSecret(api.URL)
			findings, hevc := new(doctorCommand).ofMediaServer(t.Context(), &cfg)
			if hevc != tt.hevc || doctor.Worst(findings) != tt.worst || findings[0].State != doctor.OK {
				t.Errorf("%q, %+v", hevc, findings)
			}
		})
	}
	t.Run("SRS 3 with its raw API", func(t *testing.T) {
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"code":0,"data":{"major":3,"minor":0,"revision":184,"version":"3.0.184"},`+
				`"vhost":{"publish":{"normal_timeout":1000},"http_hooks":{"enabled":true,"on_publish":["http://hook/?key=hush"]}}}`)
		}))
		defer api.Close()
		cfg := config.Default()
		cfg.RTMP.PublishURL, cfg.SRS.APIURL = device.NewSecret("rtmp://"+rtmp.Addr().String()+"/live/{stream}"), device.NewSecret(api.URL)
		findings, _ := new(doctorCommand).ofMediaServer(t.Context(), &cfg)
		text := fmt.Sprint(findings)
		if doctor.Worst(findings) != doctor.Broken || !strings.Contains(text, "on_publish") || strings.Contains(text, "hush") {
			t.Errorf("%s", text)
		}
	})
	embedded := config.Default()
	if findings, hevc := (&doctorCommand{Publish: true}).ofMediaServer(t.Context(), &embedded); len(findings) != 1 || findings[0].State != doctor.OK || hevc != "enhanced" {
		t.Errorf("embedded: %q, %+v", hevc, findings)
	}
}
