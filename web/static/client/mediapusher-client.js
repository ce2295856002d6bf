// A client of mediaPusher's HTTP API for web pages, old ones included: ES5, one file, nothing else is needed. It starts a stream, beats,
// starts again what was lost, and stops when the page is left. See docs/client.md.
(function (root, make) {
  'use strict';
  if (typeof module === 'object' && module.exports) module.exports = make(root);
  else root.MediaPusher = make(root);
}(typeof self === 'undefined' ? this : self, function (root) {
  'use strict';

  var BEAT = 20000; // ms between two beats, what the API asks for
  var LIVE_LIMIT = 20000; // ms for a start, which may take start_timeout (10 s)
  var PLAYBACK_LIMIT = 60000; // ms for the start of a playback, which may take search_timeout (30 s) as well
  var CALL_LIMIT = 15000; // ms for any other call
  var FIRST_WAIT = 2000; // ms before a start is tried again, doubled each time
  var LONGEST_WAIT = 60000; // ms
  var END_MARGIN = 5000; // ms before its end at which a lost playback counts as played

  // What another try cannot help or would harm: a wrong token or request, a login (recorders lock accounts), a range without recordings.
  var FINAL = { 401: true, 600: true, 606: true, 607: true };

  function nothing() {}

  function now() { return new Date().getTime(); }

  // wallTime and wallText are "2016-07-20 12:00:00" as ms and back, without any zone.
  function wallTime(text) {
    var m = /^(\d+)-(\d+)-(\d+)[ T](\d+):(\d+)(?::(\d+))?/.exec(text || '');
    return m ? Date.UTC(m[1], m[2] - 1, m[3], m[4], m[5], m[6] || 0) : NaN;
  }

  function wallText(ms) { return new Date(ms).toISOString().slice(0, 19).replace('T', ' '); }

  // copy is a new object with the fields of both, the second before the first.
  function copy(from, changes) {
    var to = {};
    var name;
    for (name in from) if (Object.prototype.hasOwnProperty.call(from, name)) to[name] = from[name];
    for (name in changes) if (Object.prototype.hasOwnProperty.call(changes, name)) to[name] = changes[name];
    return to;
  }

  // MediaPusher(options): options.api is the API's address, http://host:8090; options.token where api.token is set; options.beat is the
  // time between two beats in ms, for services with another heartbeat.interval than 20 s.
  function MediaPusher(options) {
    if (!(this instanceof MediaPusher)) return new MediaPusher(options);
    this.api = String(options.api).replace(/\/+$/, '');
    this.token = options.token || '';
    this.beat = options.beat || BEAT;
  }

  // live and playback return a Stream, which starts at once. request has the fields of REAL_STREAM or BACK_STREAM, on the functions
  // that are told what happens see Stream.
  MediaPusher.prototype.live = function (request, on) { return new Stream(this, '/REAL_STREAM', request, on); };
  MediaPusher.prototype.playback = function (request, on) { return new Stream(this, '/BACK_STREAM', request, on); };

  // call makes one request. done(answer) is called once; what does not arrive is an answer with status_code 0.
  MediaPusher.prototype.call = function (method, path, body, done, limit) {
    var xhr = new root.XMLHttpRequest();
    var finish = function (answer) {
      finish = nothing;
      (done || nothing)(answer);
    };
    var lost = function (why) { return function () { finish({ status_code: 0, status_message: why }); }; };
    xhr.open(method, this.api + path, true);
    xhr.timeout = limit || CALL_LIMIT;
    if (body) xhr.setRequestHeader('Content-Type', 'application/json');
    if (this.token) xhr.setRequestHeader('Authorization', 'Bearer ' + this.token);
    xhr.onload = function () {
      var answer;
      try { answer = JSON.parse(xhr.responseText); } catch (e) { answer = null; }
      finish(answer && typeof answer.status_code === 'number' ? answer : { status_code: 0, status_message: 'HTTP ' + xhr.status });
    };
    xhr.onerror = lost('no connection');
    xhr.ontimeout = lost('no answer in time');
    xhr.onabort = lost('broken off');
    xhr.send(body ? JSON.stringify(body) : null);
  };

  // Stream is one stream that is wanted until stop is called. on may have
  //   started(answer, again): it plays; answer has rtmp_url, flv_url and so on, again is true where it takes the place of one that was
  //     lost: give the player the new address;
  //   failed(answer, wait): a start failed. wait is the time in ms until the next try; null where there is none until start() is called;
  //   lost(answer): the stream is gone and will be started again;
  //   ended(): a recording was played to its end.
  function Stream(pusher, path, request, on) {
    this.pusher = pusher;
    this.path = path;
    this.request = copy(request);
    this.on = on || {};
    this.handle = 0;
    this.answer = null;
    this.wanted = false;
    this.starting = false;
    this.tries = 0; // counts starts, so that the answer to one that is no longer wanted is known
    this.failures = 0;
    this.timer = null;
    this.place = null; // where a playback stood when the service was asked last
    this.listeners = [];
    this.orders = []; // what is to be done, see order; the first is under way
    this.start();
  }

  Stream.prototype.tell = function (what, a, b) { (this.on[what] || nothing)(a, b); };

  // start begins, or tries again at once what has failed. It does nothing while the stream runs.
  Stream.prototype.start = function () {
    if (this.handle || this.starting) return;
    if (!this.wanted) {
      this.wanted = true;
      this.listen();
    }
    this.open();
  };

  Stream.prototype.open = function () {
    var stream = this;
    var mine = ++this.tries;
    var again = this.answer !== null;
    var limit = this.isPlayback() ? PLAYBACK_LIMIT : LIVE_LIMIT;
    this.rest();
    this.starting = true;
    this.pusher.call('POST', this.path, this.request, function (answer) {
      if (mine !== stream.tries || !stream.wanted) { // stopped meanwhile
        if (answer.status_code === 200) stream.pusher.call('GET', '/STREAM/' + answer.play_handle + '/STOP');
        return;
      }
      stream.starting = false;
      if (answer.status_code === 200) stream.opened(answer, again);
      else stream.refused(answer);
    }, limit);
  };

  Stream.prototype.opened = function (answer, again) {
    this.handle = answer.play_handle;
    this.answer = answer;
    this.failures = 0;
    this.place = this.isPlayback() ? { at: now(), position: wallTime(answer.start_time), speed: 1 } : null;
    this.plan(this.pusher.beat);
    this.tell('started', answer, again);
  };

  Stream.prototype.refused = function (answer) {
    var wait = FINAL[answer.status_code] ? null : Math.min(FIRST_WAIT * Math.pow(2, this.failures++), LONGEST_WAIT);
    if (wait !== null) this.later(wait);
    this.tell('failed', answer, wait);
  };

  Stream.prototype.isPlayback = function () { return this.path === '/BACK_STREAM'; };

  Stream.prototype.rest = function () {
    root.clearTimeout(this.timer);
    this.timer = null;
  };

  // plan beats after wait ms. A tab in the background has slow timers, so the page's coming back beats too (listen).
  Stream.prototype.plan = function (wait) {
    var stream = this;
    this.rest();
    this.timer = root.setTimeout(function () { stream.check(); }, wait);
  };

  // check beats now. Call it when the player has lost the picture: if the stream is gone, a new one comes sooner.
  Stream.prototype.check = function () {
    var stream = this;
    var handle = this.handle;
    var beat = this.pusher.beat;
    if (!handle) return;
    this.plan(beat);
    this.steer('GET', 'BEATS', null, function (answer) {
      // A beat that is lost is made up for soon: a stream does not live for two of them.
      if (answer.status_code === 0 && stream.handle === handle) stream.plan(beat / 5);
    }, beat / 4);
    if (this.isPlayback()) this.look();
  };

  // look asks where a playback stands, so that it can go on there if it is lost.
  Stream.prototype.look = function () {
    var stream = this;
    this.steer('GET', '', null, function (state) {
      if (state.status_code !== 200 || !state.position || !stream.handle) return;
      stream.place = { at: now(), position: wallTime(state.position), speed: state.paused ? 0 : state.speed };
    });
  };

  // steer makes a call for this stream. One that answers 605 tells that it is gone. limit may be left out.
  Stream.prototype.steer = function (method, what, body, done, limit) {
    var stream = this;
    var handle = this.handle;
    if (!handle) {
      (done || nothing)({ status_code: 605, status_message: 'there is no stream now' });
      return;
    }
    this.pusher.call(method, '/STREAM/' + handle + (what ? '/' + what : ''), body, function (answer) {
      (done || nothing)(answer);
      if (answer.status_code === 605 && stream.handle === handle) stream.gone(answer);
    }, limit);
  };

  // order steers, one order after the other: browsers send several at once in any order.
  Stream.prototype.order = function (what, body, done) {
    var stream = this;
    this.orders.push(function () {
      stream.steer('POST', what, body, function (answer) {
        stream.orders.shift();
        if (stream.orders.length > 0) stream.orders[0]();
        (done || nothing)(answer);
      });
    });
    if (this.orders.length === 1) this.orders[0]();
  };

  // gone is told that the service has no such stream any more. Of a recording it is asked why: it may just be over.
  Stream.prototype.gone = function (answer) {
    var stream = this;
    var mine = this.tries;
    var handle = this.handle;
    this.handle = 0;
    this.rest();
    if (!this.isPlayback()) {
      this.again(answer);
      return;
    }
    this.pusher.call('GET', '/STREAM/' + handle + '/TRACE', null, function (trace) {
      if (mine !== stream.tries) return; // stopped, or started by hand
      if (!stream.isOver(trace.verdict)) {
        stream.request = copy(stream.request, { startTime: wallText(stream.place.position) });
        stream.again(answer);
        return;
      }
      stream.leave();
      stream.tell('ended');
    });
  };

  // isOver goes by the verdict where there is one; a service that has been started anew has none, so the clock must do.
  Stream.prototype.isOver = function (verdict) {
    if (verdict) return verdict.cause === 'recording_over';
    return this.place.position + (now() - this.place.at) * this.place.speed > wallTime(this.answer.stop_time) - END_MARGIN;
  };

  Stream.prototype.again = function (answer) {
    this.later(FIRST_WAIT / 2);
    this.tell('lost', answer);
  };

  Stream.prototype.later = function (wait) {
    var stream = this;
    this.rest();
    this.timer = root.setTimeout(function () { stream.open(); }, wait);
  };

  // The calls of a stream that plays. done(answer) may be left out.
  Stream.prototype.seek = function (time, done) {
    var stream = this;
    this.order('POSITION', { pos_time: time }, function (answer) {
      if (answer.status_code === 200 && stream.place) stream.place = { at: now(), position: wallTime(time), speed: stream.place.speed };
      (done || nothing)(answer);
    });
  };
  Stream.prototype.speed = function (factor, done) {
    var stream = this;
    this.order('SPEED', { speed: factor }, function (answer) {
      stream.look();
      (done || nothing)(answer);
    });
  };
  Stream.prototype.pause = function (done) {
    var stream = this;
    this.order('PAUSE', null, function (answer) {
      stream.look();
      (done || nothing)(answer);
    });
  };
  Stream.prototype.resume = function (done) {
    var stream = this;
    this.order('RESUME', null, function (answer) {
      stream.look();
      (done || nothing)(answer);
    });
  };
  Stream.prototype.ptz = function (command, duration, done) {
    this.order('PTZControl', { command: command, duration: duration || 200 }, done);
  };
  Stream.prototype.state = function (done) { this.steer('GET', '', null, done); };
  Stream.prototype.trace = function (done) { this.steer('GET', 'TRACE', null, done); };

  // stop ends the stream for good. start() begins anew.
  Stream.prototype.stop = function (done) {
    var handle = this.handle;
    this.leave();
    if (handle) this.pusher.call('GET', '/STREAM/' + handle + '/STOP', null, done);
    else (done || nothing)({ status_code: 200, status_message: 'OK' });
  };

  // leave forgets the stream without a word to the service.
  Stream.prototype.leave = function () {
    this.wanted = false;
    this.starting = false;
    this.handle = 0;
    this.answer = null;
    this.tries++;
    this.rest();
    for (var i = 0; i < this.listeners.length; i++) this.listeners[i]();
    this.listeners = [];
  };

  // farewell stops while the page goes away, when no answer can be waited for.
  Stream.prototype.farewell = function () {
    if (!this.handle) return;
    var url = this.pusher.api + '/STREAM/' + this.handle + '/STOP';
    var token = this.pusher.token;
    this.handle = 0;
    this.rest();
    if (!token && root.navigator.sendBeacon && root.navigator.sendBeacon(url)) return;
    var headers = token ? { Authorization: 'Bearer ' + token } : {};
    if (root.fetch && 'keepalive' in root.Request.prototype) {
      root.fetch(url, { method: 'POST', headers: headers, keepalive: true })['catch'](nothing);
      return;
    }
    var xhr = new root.XMLHttpRequest();
    xhr.open('POST', url, false);
    if (token) xhr.setRequestHeader('Authorization', headers.Authorization);
    try { xhr.send(); } catch (e) { /* nobody is left to be told */ }
  };

  // listen follows the page: out of sight and back, offline and back, left and come back to (pages are kept by browsers).
  Stream.prototype.listen = function () {
    var stream = this;
    var follow = function (target, event, act) {
      if (!target || !target.addEventListener) return;
      target.addEventListener(event, act);
      stream.listeners.push(function () { target.removeEventListener(event, act); });
    };
    var back = function () {
      if (!root.document || !root.document.hidden) stream.check();
    };
    follow(root.document, 'visibilitychange', back);
    follow(root, 'online', back);
    follow(root, 'pagehide', function () { stream.farewell(); });
    follow(root, 'pageshow', function (event) {
      if (event.persisted && stream.wanted && !stream.handle) stream.start();
    });
  };

  return MediaPusher;
}));
