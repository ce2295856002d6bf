package api

import (
	"context"
	"net/http"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// started is the answer to a start, documented fields first.
type started struct {
	answer
	RTMP   string `json:"rtmp_url"`
	Handle int32  `json:"play_handle"`
	addresses
}

// realStream is POST /REAL_STREAM.
func (s *server) realStream(w http.ResponseWriter, r *http.Request) reply {
	f, err := readFields(w, r)
	if err != nil {
		return refused(err)
	}
	request, err := liveRequest(f)
	if err != nil {
		return refused(err)
	}
	begun, err := s.startLive(r.Context(), request)
	if err != nil {
		return s.startFailed("live start failed", request, codePlayReal, err)
	}
	return reply{status: http.StatusOK, body: s.answerTo(r, begun), sent: s.handover(r, begun)}
}

// answerTo is the answer to a start, with the addresses that this caller reaches.
func (s *server) answerTo(r *http.Request, begun task.Started) started {
	rtmp, others := s.resolve(r, begun.Stream)
	return started{answer{codeNoError, okMessage}, rtmp, begun.Handle, others}
}

// handover is told whether the caller got the handle.
func (s *server) handover(r *http.Request, begun task.Started) func(error) {
	ctx := r.Context()
	return func(err error) { s.settle(ctx, begun.Handle, err) }
}

// startLive starts for a caller who is still there. One that left while the start went on gets an error like any other: whatever
// waits on the way to him shows it, and nothing runs.
func (s *server) startLive(ctx context.Context, request task.LiveRequest) (task.Started, error) {
	if err := s.cfg.Allow(ctx, request.Target); err != nil {
		return task.Started{}, err
	}
	begun, err := s.tasks.StartLive(ctx, request)
	if err == nil && ctx.Err() != nil {
		s.settle(ctx, begun.Handle, ctx.Err())
		return task.Started{}, ctx.Err()
	}
	return begun, err
}

// settle starts the heartbeat's clock once the caller has the handle, and ends what nobody can stop any more.
func (s *server) settle(ctx context.Context, handle int32, err error) {
	if err == nil {
		s.tasks.Answered(handle)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	s.cfg.Log.Info("the caller left before the answer, the stream is stopped", zap.Error(err))
	if err := s.tasks.Stop(ctx, handle); err != nil {
		s.cfg.Log.Warn("stop of a stream without caller failed", zap.Error(err))
	}
}

// startFailed answers a start that failed. The session has told the log why; what never became a session is told here.
func (s *server) startFailed(what string, request task.LiveRequest, own int, err error) reply {
	secret := request.Target.Password.Reveal()
	level := zap.DebugLevel
	if kind, ok := device.KindOf(err); ok && kind == device.KindNotAllowed {
		level = zap.WarnLevel
	}
	s.cfg.Log.Log(level, what,
		zap.String("vendor", string(request.Target.Vendor)),
		zap.String("address", clean(request.Target.Host, secret)),
		zap.Int("port", request.Target.Port),
		zap.Int("channel", request.Channel),
		zap.Int("status_code", statusCode(err, own)),
		zap.String("error", message(err, secret)))
	return failure(err, own, secret)
}
