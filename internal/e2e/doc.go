// Package e2e holds the end-to-end tests: the programs as they are built, fed by foreign RTSP servers and by the simulator, pushing
// to foreign RTMP servers and to the embedded one, judged by ffprobe, by ffmpeg and byte by byte.
//
// A test whose foreign part is missing is skipped, or fails where MEDIAPUSHER_E2E is "require". scripts/deps.sh installs what
// Debian has; node-media-server comes through npm into nms/ at the first run.
package e2e
