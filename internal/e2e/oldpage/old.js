// A page as they were written from the printed document: jQuery, the six calls, numbers as the inputs hold them. Flash is gone, so the
// player takes flv_url; what the document does not know is http_port and rtsp_port of the simulated recorder, which come by the address.
$(function () {
  var params = {};
  $.each(location.search.slice(1).split('&'), function (i, pair) {
    var parts = pair.split('=');
    params[parts[0]] = decodeURIComponent(parts[1] || '');
  });
  var api = params.api;
  var handle = 0;
  var timer = null;
  var beats = 0;
  var player = null;

  // Half of the pages send JSON, and half what jQuery makes of an object by itself.
  function post(path, body, done) {
    if (params.form) {
      $.post(api + path, body, done, 'json');
      return;
    }
    $.ajax({ url: api + path, type: 'POST', contentType: 'application/json', data: JSON.stringify(body), dataType: 'json', success: done });
  }

  function get(path, done) {
    $.ajax({ url: api + path, type: 'GET', cache: false, dataType: 'json', success: done });
  }

  function show(answer) {
    $('#code').text(answer.status_code);
    $('#message').text(answer.status_message);
  }

  function request() {
    return {
      nvr_category: $('#category').val(), nvr_addr: $('#addr').val(), nvr_port: $('#port').val(), nvr_user: $('#user').val(),
      nvr_pwd: $('#pwd').val(), nvr_channel: $('#channel').val(), http_port: params.http_port, rtsp_port: params.rtsp_port
    };
  }

  function close() {
    clearInterval(timer);
    if (player) player.destroy();
    player = null;
    handle = 0;
  }

  function started(answer) {
    show(answer);
    if (answer.status_code !== 200) return;
    handle = answer.play_handle;
    beats = 0;
    timer = setInterval(function () {
      get('/STREAM/' + handle + '/BEATS', function (a) {
        if (a.status_code === 200) $('#beats').text(++beats);
        else show(a);
      });
    }, params.beat || 20000);
    $('#files').text($.map(answer.record_files || [], function (f) { return f.file_name + ' ' + f.start_time + ' ' + f.stop_time; }).join('\n'));
    player = mpegts.createPlayer({ type: 'flv', isLive: true, hasAudio: false, url: answer.flv_url });
    player.attachMediaElement($('#video')[0]);
    player.load();
    player.play();
  }

  function pressed(call) {
    return function () {
      $('#code').text('');
      call();
    };
  }

  function move(command, duration) {
    return pressed(function () { post('/STREAM/' + handle + '/PTZControl', { command: command, duration: duration }, show); });
  }

  $('#play').click(pressed(function () { post('/REAL_STREAM', request(), started); }));
  $('#back').click(pressed(function () {
    post('/BACK_STREAM', $.extend(request(), { startTime: $('#start').val(), endTime: $('#end').val() }), started);
  }));
  $('#seek').click(pressed(function () { post('/STREAM/' + handle + '/POSITION', { pos_time: $('#time').val() }, show); }));
  $('#up').click(move(6, 200));
  $('#zoom').click(move(0, ''));
  $('#stop').click(pressed(function () {
    get('/STREAM/' + handle + '/STOP', show);
    close();
  }));
  $(window).on('beforeunload', function () {
    if (handle) navigator.sendBeacon(api + '/STREAM/' + handle + '/STOP');
  });
});
