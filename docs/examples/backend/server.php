<?php
// php -S 127.0.0.1:3000 server.php
[$push, $appId, $appKey, $appSecret] = [getenv('PUSH') ?: 'http://127.0.0.1:3005', getenv('APP_ID') ?: 'dev-app', getenv('APP_KEY') ?: 'dev-key', getenv('APP_SECRET') ?: 'dev-secret'];
$sign = fn(string $text): string => hash_hmac('sha256', $text, $appSecret);

// Yours: sign-in and database. Here everything is one file, locked while a request is answered.
$user = ($_SERVER['HTTP_AUTHORIZATION'] ?? '') === 'Bearer demo-token' ? 'demo' : null;
$file = fopen(getenv('DATA') ?: sys_get_temp_dir() . '/sidewire-example.json', 'c+');
flock($file, LOCK_EX);
$db = json_decode(stream_get_contents($file), true) ?? ['sessions' => [], 'sent' => []];

function respond(int $status, array $value): never
{
    global $db, $file;
    ftruncate($file, 0);
    rewind($file);
    fwrite($file, json_encode($db));
    http_response_code($status);
    header('content-type: application/json');
    exit(json_encode($value));
}

function problem(int $status, string $code, string $message): never
{
    respond($status, ['error' => ['code' => $code, 'message' => $message]]);
}

function now(): int
{
    return (int) (microtime(true) * 1000);
}

/** Store first, publish afterwards: a lost event is repaired from the log. */
function store(array &$entry, array $fields): array
{
    $id = ['messageId' => bin2hex(random_bytes(16)), 'sessionId' => $entry['session']['sessionId'], 'timestamp' => now()];
    $message = $id + $fields + ['sequenceNumber' => count($entry['log']) + 1, 'revision' => ++$entry['revision']];
    $entry['log'][] = $message;
    publish($message);
    return $message;
}

function publish(array $message): void
{
    global $push, $appId, $appKey, $sign;
    $event = ['type' => 'new_message', 'sessionId' => $message['sessionId'], 'message' => $message];
    $key = "{$message['messageId']}:new_message:{$message['revision']}";
    $body = json_encode(['name' => 'new_message', 'channels' => ["private-session-{$message['sessionId']}"], 'data' => json_encode($event), 'idempotency_key' => $key]);
    $path = "/apps/$appId/events";
    $query = "auth_key=$appKey&auth_timestamp=" . time() . '&auth_version=1.0&body_md5=' . md5($body);
    $signature = $sign("POST\n$path\n$query");
    $http = ['method' => 'POST', 'header' => 'content-type: application/json', 'content' => $body, 'timeout' => 2];
    if (@file_get_contents("$push$path?$query&auth_signature=$signature", false, stream_context_create(['http' => $http])) === false) {
        error_log('not published');
    }
}

function page(array $entry): array
{
    $limit = min((int) ($_GET['limit'] ?? 50), 100);
    [$changed, $after, $before] = [$_GET['changedSince'] ?? null, $_GET['afterSequence'] ?? null, $_GET['beforeSequence'] ?? null];
    $found = array_values(array_filter($entry['log'], fn(array $m): bool => ($changed === null || $m['revision'] > (int) $changed)
        && ($after === null || $m['sequenceNumber'] > (int) $after) && ($before === null || $m['sequenceNumber'] < (int) $before)));
    if ($changed !== null) usort($found, fn(array $a, array $b): int => $a['revision'] <=> $b['revision']);
    $messages = $changed === null && $after === null ? array_slice($found, -$limit) : array_slice($found, 0, $limit);
    $hasMore = count($messages) < count($found);
    $revision = $changed !== null && $hasMore ? end($messages)['revision'] : $entry['revision'];
    return ['messages' => $messages, 'hasMore' => $hasMore, 'lastSequenceNumber' => count($entry['log']), 'revision' => $revision];
}

if ($user === null) problem(401, 'TOKEN_INVALID', 'Sign in again.');
[$path, $method] = [parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), $_SERVER['REQUEST_METHOD']];
$mine = fn(?string $id): bool => ($db['sessions'][$id]['owner'] ?? null) === $user;

if ($path === '/api/pusher/auth') {
    [$socket, $channel] = [$_POST['socket_id'] ?? '', $_POST['channel_name'] ?? ''];
    if (!preg_match('/^\d+\.\d+$/', $socket)) problem(400, 'BAD_REQUEST', 'Not a socket id.');
    if (!preg_match('/^private-session-(.+)$/', $channel, $found) || !$mine($found[1])) problem(403, 'FORBIDDEN', 'Not your session.');
    respond(200, ['auth' => "$appKey:" . $sign("$socket:$channel")]);
}

$fields = json_decode(file_get_contents('php://input') ?: '{}', true) ?? [];
if ($path === '/api/session' && $method === 'GET') {
    $sessions = array_column(array_filter($db['sessions'], fn(array $entry): bool => $entry['owner'] === $user), 'session');
    respond(200, ['sessions' => array_reverse($sessions)]);
}
if ($path === '/api/session') {
    $id = bin2hex(random_bytes(16));
    $session = ['sessionId' => $id, 'status' => 'active', 'createdAt' => now(), 'updatedAt' => now()] + $fields + ['title' => null, 'url' => null, 'domain' => null];
    $db['sessions'][$id] = ['session' => $session, 'owner' => $user, 'log' => [], 'revision' => 0];
    respond(200, $session);
}

$id = $fields['sessionId'] ?? (preg_match('#^/api/session/([^/]+)#', $path, $found) ? $found[1] : null);
if (!$mine($id)) problem(404, 'NOT_FOUND', 'No such session.');
$entry = &$db['sessions'][$id];
if ($path === '/api/agent/interact') {
    $key = $fields['clientMessageId'];
    if (isset($db['sent'][$key])) respond(200, $db['sent'][$key]); // a retry: the same answer, nothing stored twice
    $message = store($entry, ['role' => 'user', 'content' => $fields['content'], 'clientMessageId' => $key, 'status' => 'sent']);
    $db['sent'][$key] = ['taskId' => $key, 'status' => 'accepted', 'message' => $message];
    store($entry, ['role' => 'assistant', 'content' => "You said: {$fields['content']}", 'status' => 'success']); // your agent
    respond(200, $db['sent'][$key]);
}
if (str_ends_with($path, '/messages')) respond(200, page($entry));
$entry['session'] = ['updatedAt' => now()] + $fields + $entry['session']; // PATCH
respond(200, $entry['session']);
