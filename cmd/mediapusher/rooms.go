package main

import (
	"mediapusher/api"
	"mediapusher/internal/aac"
	"mediapusher/internal/config"
	"mediapusher/internal/logging"
	"mediapusher/playback"
	"mediapusher/task"
)

// logConfig is the log that a configuration asks for.
func logConfig(cfg config.Log) logging.Config {
	return logging.Config{Level: cfg.Level, Format: cfg.Format, File: cfg.File, MaxSize: cfg.MaxSize, MaxFiles: cfg.MaxFiles}
}

// taskConfig is what sessions take of a configuration.
func taskConfig(cfg *config.Config) task.Config {
	return task.Config{
		Interval: cfg.Heartbeat.Interval, Grace: max(cfg.Heartbeat.Grace, 1), // 0 is a grace, too, and not the default
		StartTimeout: cfg.StartTimeout, SearchTimeout: cfg.SearchTimeout,
		Clip: clip(cfg.Playback), Audio: audioPolicy(cfg.Audio.Other),
	}
}

func clip(choice config.Playback) playback.Clip {
	if choice.StopAtEndTime {
		return playback.ClipAsked
	}
	return playback.ClipNone
}

func audioPolicy(choice config.OtherAudio) aac.Policy {
	if choice == config.AudioDrop {
		return aac.Drop
	}
	return aac.Transcode
}

// apiSettings is what the API takes of a configuration.
func apiSettings(cfg *config.Config) api.Settings {
	urls := cfg.URLs()
	return api.Settings{
		URLs:    api.URLs{RTMP: urls.RTMP, FLV: urls.FLV, HLS: urls.HLS, WebRTC: urls.WebRTC},
		Origins: cfg.API.Origins, Token: cfg.API.Token, TrustForwardedHost: cfg.API.TrustForwardedHost,
	}
}
