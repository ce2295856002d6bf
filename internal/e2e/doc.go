// Package e2e holds the end-to-end tests: the programs as they are built, fed by foreign RTSP servers and by the simulator, pushing
// to foreign RTMP servers and to the embedded one, judged by ffprobe, by ffmpeg and byte by byte. They are called as strangers call them:
// by an old page and the console in a browser, by a client that a generator made of the reference, and by plain HTTP.
//
// A test whose foreign part is missing is skipped, or fails where MEDIAPUSHER_E2E is "require". scripts/deps.sh installs what
// Debian has; the rest comes through npm, by lock files, at the first run: a media server into nms/, the generator into client/, jQuery
// into oldpage/.
package e2e
