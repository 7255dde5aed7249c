/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of the load generator.
 *
 * A request is a few hundred bytes on a connection whose last answer was read
 * whole, so one write takes it; anything else ends the run.
 */
#include "drive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	REQUEST_LARGEST = 4 * 1024,
	EVENTS_MOST = 256,
	NANOSECONDS = 1000 * 1000 * 1000,
	PATIENCE_SECONDS = 5, /* for answers behind the end */
};

struct client {
	int fd;
	SSL *tls; /* NULL: plain */
	struct errand errand;
	int64_t began; /* or should have */
	size_t have;
	char *answer;
};

struct drive {
	const struct drive_settings *settings;
	struct work *work;
	struct drive_result *result;
	struct client *clients;
	struct client **idle; /* a ring: who waits longest goes first */
	size_t idle_first;
	size_t idle_count;
	struct buf request;
	SSL_CTX *tls; /* NULL: plain */
	int epoll;
	int64_t start;
	int64_t count_from;
	int64_t end;
	uint64_t begun;
};

static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static bool
broken(const char *what)
{
	fprintf(
	    stderr, "load: %s (%s)\n", what, errno != 0 ? strerror(errno) : "");
	return false;
}

static ssize_t
client_write(struct client *client, const struct buf *request)
{
	if (client->tls != NULL)
		return SSL_write(client->tls, request->at, (int)request->len);
	return send(client->fd, request->at, request->len, MSG_NOSIGNAL);
}

/* As recv() does: 0 for the end, or -1 and errno. */
static ssize_t
client_read(struct client *client)
{
	char *at = client->answer + client->have;
	size_t room = ANSWER_LARGEST - client->have;
	int len;

	if (client->tls == NULL)
		return recv(client->fd, at, room, MSG_DONTWAIT);
	len = SSL_read(client->tls, at, (int)room);
	if (len > 0)
		return len;
	errno = EAGAIN;
	return SSL_get_error(client->tls, len) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static bool
client_ask(struct drive *drive, struct client *client)
{
	struct buf *request = &drive->request;

	buf_reset(request);
	errand_ask(drive->work, &client->errand, request);
	client->have = 0;
	errno = 0;
	if (!buf_ok(request) ||
	    client_write(client, request) != (ssize_t)request->len)
		return broken("a request was not taken");
	return true;
}

static bool
client_begin(struct drive *drive, struct client *client, int64_t at)
{
	client->began = at;
	drive->begun++;
	errand_begin(drive->work, &client->errand);
	return client_ask(drive, client);
}

static int64_t
due_at(const struct drive *drive)
{
	return drive->start + (int64_t)((double)drive->begun * NANOSECONDS /
					drive->settings->rate);
}

/* Begins what should have begun by now and has a free connection. */
static bool
drive_catch_up(struct drive *drive)
{
	while (drive->idle_count > 0 && due_at(drive) < drive->end &&
	       due_at(drive) <= now()) {
		struct client *client = drive->idle[drive->idle_first];

		drive->idle_first =
		    (drive->idle_first + 1) % drive->settings->connections;
		drive->idle_count--;
		if (!client_begin(drive, client, due_at(drive)))
			return false;
	}
	return true;
}

static void
client_rest(struct drive *drive, struct client *client)
{
	size_t place = (drive->idle_first + drive->idle_count) %
		       drive->settings->connections;

	drive->idle[place] = client;
	drive->idle_count++;
}

static bool
client_done(struct drive *drive, struct client *client)
{
	bool paced = drive->settings->rate > 0;
	int64_t at = now();

	if (paced ? client->began >= drive->count_from
		  : at >= drive->count_from && at < drive->end)
		histogram_add(
		    &drive->result->latency, (uint64_t)(at - client->began));
	if (!paced && at < drive->end)
		return client_begin(drive, client, at);
	client_rest(drive, client);
	return true;
}

static bool
client_take(struct drive *drive, struct client *client)
{
	struct answer answer = { 0 };
	struct str bytes = { client->answer, client->have };
	enum answer_state state = answer_read(bytes, &answer);

	errno = 0;
	if (state == ANSWER_MALFORMED)
		return broken("an answer is malformed");
	if (state == ANSWER_PARTIAL)
		return true;
	drive->result->all_requests++;
	if (now() >= drive->count_from && now() < drive->end)
		drive->result->requests++;
	if (errand_judge(drive->work, &client->errand, &answer) ==
	    VERDICT_AGAIN)
		return client_ask(drive, client);
	return client_done(drive, client);
}

static bool
client_readable(struct drive *drive, struct client *client)
{
	ssize_t len = client_read(client);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (len <= 0)
		return broken("the server closed a connection");
	client->have += (size_t)len;
	if (!client_take(drive, client))
		return false;
	/* of what OpenSSL has read already epoll knows nothing */
	return client->tls == NULL || SSL_pending(client->tls) == 0 ||
	       client_readable(drive, client);
}

/* The handshake waits; from then on nothing does. */
static bool
client_secure(struct drive *drive, struct client *client)
{
	if (drive->tls == NULL)
		return true;
	client->tls = SSL_new(drive->tls);
	return client->tls != NULL &&
	       SSL_set_fd(client->tls, client->fd) == 1 &&
	       SSL_connect(client->tls) == 1 &&
	       fcntl(client->fd, F_SETFL, O_NONBLOCK) == 0;
}

static bool
client_connect(struct drive *drive, struct client *client)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(drive->settings->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
	const int on = 1;

	client->answer = memory_new(ANSWER_LARGEST);
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 ||
	    connect(client->fd, (const struct sockaddr *)&at, sizeof(at)) !=
		0 ||
	    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) !=
		0 ||
	    !client_secure(drive, client) ||
	    epoll_ctl(drive->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
		return broken("cannot connect");
	return true;
}

static bool
drive_begin(struct drive *drive)
{
	const struct drive_settings *settings = drive->settings;

	drive->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (drive->epoll < 0)
		return broken("epoll_create1");
	if (settings->tls)
		drive->tls = SSL_CTX_new(TLS_client_method());
	for (size_t i = 0; i < settings->connections; i++)
		if (!client_connect(drive, &drive->clients[i]))
			return false;
	drive->start = now();
	drive->count_from =
	    drive->start + (int64_t)(settings->warm_up * NANOSECONDS);
	drive->end =
	    drive->count_from + (int64_t)(settings->seconds * NANOSECONDS);
	for (size_t i = 0; i < settings->connections; i++) {
		if (settings->rate > 0)
			client_rest(drive, &drive->clients[i]);
		else if (!client_begin(drive, &drive->clients[i], drive->start))
			return false;
	}
	return true;
}

/* How long there is nothing to do but read. */
static struct timespec
drive_wait(const struct drive *drive)
{
	int64_t wait = NANOSECONDS / 10;

	if (drive->settings->rate > 0 && drive->idle_count > 0 &&
	    due_at(drive) < drive->end)
		wait = due_at(drive) - now();
	if (wait < 0)
		wait = 0;
	return (struct timespec){ wait / NANOSECONDS, wait % NANOSECONDS };
}

static bool
drive_is_over(const struct drive *drive)
{
	int64_t at = now();

	if (at < drive->end)
		return false;
	return at > drive->end + (int64_t)PATIENCE_SECONDS * NANOSECONDS ||
	       (drive->idle_count == drive->settings->connections &&
		   (drive->settings->rate <= 0 || due_at(drive) >= drive->end));
}

static bool
drive_turn(struct drive *drive)
{
	struct epoll_event events[EVENTS_MOST];
	struct timespec wait = drive_wait(drive);
	int count =
	    epoll_pwait2(drive->epoll, events, EVENTS_MOST, &wait, NULL);

	if (count < 0 && errno != EINTR)
		return broken("epoll_pwait2");
	for (int i = 0; i < count; i++)
		if (!client_readable(drive, events[i].data.ptr))
			return false;
	return drive->settings->rate <= 0 || drive_catch_up(drive);
}

static void
drive_end(struct drive *drive)
{
	const struct drive_settings *settings = drive->settings;

	while (settings->rate > 0 && due_at(drive) < drive->end) {
		drive->result->late++;
		drive->begun++;
	}
	drive->result->late += settings->connections - drive->idle_count;
	for (size_t i = 0; i < settings->connections; i++) {
		SSL_free(drive->clients[i].tls);
		if (drive->clients[i].fd > 0)
			close(drive->clients[i].fd);
		free(drive->clients[i].answer);
	}
	SSL_CTX_free(drive->tls);
	if (drive->epoll >= 0)
		close(drive->epoll);
	free(drive->clients);
	free(drive->idle);
	buf_clear(&drive->request);
}

bool
drive(const struct drive_settings *settings, struct work *work,
    struct drive_result *result)
{
	struct drive drive = {
		.settings = settings,
		.work = work,
		.result = result,
		.clients =
		    memory_array(settings->connections, sizeof(*drive.clients)),
		.idle =
		    memory_array(settings->connections, sizeof(*drive.idle)),
		.request = BUF_INIT(REQUEST_LARGEST),
	};
	bool good = drive_begin(&drive);

	while (good && !drive_is_over(&drive))
		good = drive_turn(&drive);
	drive_end(&drive);
	return good;
}
