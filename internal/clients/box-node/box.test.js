// Box's own SDK, unchanged, works on the fake Box. Whatever it sends was written for the real one,
// and it throws on answers that are not of the documented types.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import {
  BoxCcgAuth,
  BoxClient,
  BoxDeveloperTokenAuth,
  BoxOAuth,
  CcgConfig,
  OAuthConfig,
} from 'box-node-sdk';
import { InMemoryTokenStorage } from 'box-node-sdk/box';
import { WebhooksManager } from 'box-node-sdk/managers';

import { startFakes } from './fakes.js';

let env;
let stop;
let box;

before(async () => {
  ({ env, stop } = await startFakes('--limits', 'off'));
  box = connect(new BoxDeveloperTokenAuth({ token: env.BOX_TOKEN }));
});

after(() => stop());

function connect(auth) {
  return new BoxClient({ auth }).withCustomBaseUrls({
    baseUrl: env.BOX_API_BASE,
    uploadUrl: env.BOX_UPLOAD_BASE,
    oauth2Url: `${env.BOX_LOGIN_BASE}/oauth2`,
  });
}

// room makes a folder of its own for a test.
let rooms = 0;
async function room() {
  const folder = await box.folders.createFolder({
    name: `room ${++rooms}`,
    parent: { id: env.BOX_FOLDER_ID },
  });
  return folder.id;
}

async function upload(parent, name, content) {
  const files = await box.uploads.uploadFile({
    attributes: { name, parent: { id: parent } },
    file: Readable.from([Buffer.from(content)]),
  });
  return files.entries[0];
}

async function read(fileId, options) {
  return buffer(await box.downloads.downloadFile(fileId, options));
}

// refusal is the error object that a call is answered with.
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    return error.responseInfo ?? assert.fail(error);
  }
  return assert.fail('the call succeeded');
}

describe('login', () => {
  test('client credentials bring a token for the service account', async () => {
    const auth = new BoxCcgAuth({
      config: new CcgConfig({
        clientId: env.BOX_CLIENT_ID,
        clientSecret: env.BOX_CLIENT_SECRET,
        enterpriseId: '777',
      }),
    });
    const me = await connect(auth).users.getUserMe();
    assert.equal(me.login, 'service@boxtest.example');
  });

  test('a refresh token is used when the access token is refused', async () => {
    const storage = new InMemoryTokenStorage({
      token: { accessToken: 'stale', refreshToken: env.BOX_REFRESH_TOKEN },
    });
    const auth = new BoxOAuth({
      config: new OAuthConfig({
        clientId: env.BOX_CLIENT_ID,
        clientSecret: env.BOX_CLIENT_SECRET,
        tokenStorage: storage,
      }),
    });
    const client = connect(auth);
    const me = await client.users.getUserMe();
    assert.equal(me.type, 'user');
    const pair = await storage.get();
    assert.notEqual(pair.refreshToken, env.BOX_REFRESH_TOKEN);
    assert.notEqual(pair.accessToken, 'stale');
    const narrow = await client.auth.downscopeToken(
      ['item_download'],
      `https://api.box.com/2.0/folders/${env.BOX_FOLDER_ID}`,
      undefined,
      client.networkSession,
    );
    assert.equal(narrow.restrictedTo[0].object.id, env.BOX_FOLDER_ID);
  });
});

describe('folders', () => {
  test('are made, listed, renamed, moved, copied and deleted', async () => {
    const parent = await room();
    const one = await box.folders.createFolder({ name: 'One', parent: { id: parent } });
    const two = await box.folders.createFolder({ name: 'Two', parent: { id: parent } });
    await box.folders.updateFolderById(two.id, {
      requestBody: { name: 'Zwei', parent: { id: one.id } },
    });
    await box.folders.copyFolder(one.id, { name: 'Eins', parent: { id: parent } });
    const list = await box.folders.getFolderItems(parent);
    assert.deepEqual(list.entries.map((e) => e.name), ['Eins', 'One']);
    const marked = await box.folders.getFolderItems(parent, {
      queryParams: { usemarker: true, limit: 1 },
    });
    const rest = await box.folders.getFolderItems(parent, {
      queryParams: { usemarker: true, limit: 1, marker: marked.nextMarker },
    });
    assert.equal(marked.entries.length + rest.entries.length, 2);
    const kept = await refusal(box.folders.deleteFolderById(one.id));
    assert.equal(kept.statusCode, 400); // the SDK reads no body where it expects none
    await box.folders.deleteFolderById(one.id, { queryParams: { recursive: true } });
    const gone = await refusal(box.folders.getFolderById(two.id));
    assert.equal(gone.statusCode, 404);
  });

  test('a name that is taken is told with who has it', async () => {
    const parent = await room();
    const held = await box.folders.createFolder({ name: 'Same', parent: { id: parent } });
    const error = await refusal(box.folders.createFolder({ name: 'SAME', parent: { id: parent } }));
    assert.equal(error.statusCode, 409);
    assert.equal(error.body.context_info.conflicts[0].id, held.id);
  });
});

describe('files', () => {
  test('go up and come down, whole and in part', async () => {
    const file = await upload(await room(), 'a b.txt', 'hello world');
    assert.equal(file.sha1, createHash('sha1').update('hello world').digest('hex'));
    assert.equal(file.size, 11);
    assert.equal((await read(file.id)).toString(), 'hello world');
    const part = await read(file.id, { headers: { range: 'bytes=6-' } });
    assert.equal(part.toString(), 'world');
  });

  test('have versions, of which an older one can be promoted', async () => {
    const file = await upload(await room(), 'a.txt', 'first');
    await box.uploads.uploadFileVersion(file.id, {
      attributes: { name: 'a.txt' },
      file: Readable.from([Buffer.from('second')]),
    });
    assert.equal((await read(file.id)).toString(), 'second');
    const past = await box.fileVersions.getFileVersions(file.id);
    assert.equal(past.totalCount, 1);
    await box.fileVersions.promoteFileVersion(file.id, {
      requestBody: { id: past.entries[0].id, type: 'file_version' },
    });
    assert.equal((await read(file.id)).toString(), 'first');
  });

  test('a stale precondition is refused', async () => {
    const file = await upload(await room(), 'a.txt', 'first');
    const error = await refusal(
      box.files.updateFileById(file.id, {
        requestBody: { name: 'b.txt' },
        headers: { ifMatch: '7' },
      }),
    );
    assert.equal(error.statusCode, 412);
  });

  test('preflight finds who has the name', async () => {
    const parent = await room();
    const file = await upload(parent, 'a.txt', 'first');
    const free = await box.uploads.preflightFileUploadCheck({ name: 'b.txt', parent: { id: parent }, size: 5 });
    assert.ok(free.uploadUrl.startsWith(env.BOX_UPLOAD_BASE));
    const error = await refusal(
      box.uploads.preflightFileUploadCheck({ name: 'a.txt', parent: { id: parent }, size: 5 }),
    );
    assert.equal(error.body.context_info.conflicts.id, file.id);
  });

  test('great ones go up in parts', async () => {
    const content = randomBytes(21 << 20);
    const file = await box.chunkedUploads.uploadBigFile(
      Readable.from([content]),
      'big.bin',
      content.length,
      await room(),
    );
    assert.equal(file.size, content.length);
    assert.ok((await read(file.id)).equals(content));
  });

  test('are locked, shared and given metadata', async () => {
    const file = await upload(await room(), 'a.txt', 'first');
    const locked = await box.files.updateFileById(file.id, {
      requestBody: { lock: { access: 'lock' } },
      queryParams: { fields: ['lock'] },
    });
    assert.equal(locked.lock.type, 'lock');
    const shared = await box.sharedLinksFiles.addShareLinkToFile(
      file.id,
      { sharedLink: { access: 'open' } },
      { fields: 'shared_link' },
    );
    const found = await box.sharedLinksFiles.findFileForSharedLink(
      {},
      { boxapi: `shared_link=${shared.sharedLink.url}` },
    );
    assert.equal(found.id, file.id);
    await box.fileMetadata.createFileMetadataById(file.id, 'global', 'properties', { mark: 'one' });
    const mark = await box.fileMetadata.getFileMetadataById(file.id, 'global', 'properties');
    assert.equal(mark.extraData.mark, 'one');
  });
});

describe('trash', () => {
  test('holds what was deleted, gives it back, and ends it', async () => {
    const parent = await room();
    const file = await upload(parent, 'a.txt', 'first');
    await box.files.deleteFileById(file.id);
    const trashed = await box.trashedFiles.getTrashedFileById(file.id);
    assert.equal(trashed.itemStatus, 'trashed');
    const list = await box.trashedItems.getTrashedItems();
    assert.ok(list.entries.some((e) => e.id === file.id && e.type === 'file'));
    const back = await box.trashedFiles.restoreFileFromTrash(file.id);
    assert.equal(back.itemStatus, 'active');
    await box.folders.deleteFolderById(parent, { queryParams: { recursive: true } });
    await box.trashedFolders.getTrashedFolderById(parent);
    await box.trashedFolders.deleteTrashedFolderById(parent);
    assert.equal((await refusal(box.files.getFileById(file.id))).statusCode, 404);
  });
});

describe('events', () => {
  test('are read page by page', async () => {
    const now = await box.events.getEvents({ streamPosition: 'now' });
    const file = await upload(await room(), 'a.txt', 'first');
    const page = await box.events.getEvents({ streamPosition: String(now.nextStreamPosition), limit: 100 });
    const seen = page.entries.find((e) => e.eventType === 'ITEM_UPLOAD');
    assert.equal(seen.source.id, file.id);
    assert.ok(Number.isSafeInteger(page.nextStreamPosition));
  });

  test('come by long poll', async () => {
    const stream = box.events.getEventStream();
    const seen = [];
    stream.on('data', (event) => {
      seen.push(event);
      stream.emit('seen');
    });
    stream.on('error', (error) => {
      if (!stream.destroyed) assert.fail(error); // the SDK complains of the poll that ends with the stream
    });
    const server = await box.events.getEventsWithLongPolling();
    assert.equal(server.entries[0].type, 'realtime_server');
    await new Promise((resolve) => setTimeout(resolve, 500)); // the stream asks for its own address first
    const parent = await room();
    while (!seen.some((event) => event.source?.id === parent)) {
      await once(stream, 'seen', { signal: AbortSignal.timeout(20_000) });
    }
    stream.destroy();
  });
});

describe('search', () => {
  test('finds names by their beginnings', async () => {
    const parent = await room();
    const file = await upload(parent, 'needle-42.txt', 'first');
    const found = await box.search.searchForContent({ query: 'needle', ancestorFolderIds: [parent] });
    assert.equal(found.totalCount, 1);
    assert.equal(found.entries[0].id, file.id);
  });
});

describe('people', () => {
  test('are let into a folder and shut out again', async () => {
    const parent = await room();
    const me = await box.users.getUserMe();
    const error = await refusal(
      box.userCollaborations.createCollaboration({
        item: { type: 'folder', id: parent },
        accessibleBy: { type: 'user', login: 'nobody@x.example' },
        role: 'editor',
      }),
    );
    assert.equal(error.statusCode, 404);
    const made = await box.userCollaborations.createCollaboration({
      item: { type: 'folder', id: parent },
      accessibleBy: { type: 'user', id: me.id },
      role: 'viewer',
    });
    assert.equal(made.status, 'accepted');
    await box.userCollaborations.deleteCollaborationById(made.id);
  });
});

describe('webhooks', () => {
  test('are signed so that the SDK believes them', async () => {
    const messages = [];
    const server = createServer(async (request, response) => {
      messages.push({ body: (await buffer(request)).toString(), headers: request.headers });
      response.end();
      server.emit('message');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const parent = await room();
      const hook = await box.webhooks.createWebhook({
        target: { id: parent, type: 'folder' },
        address: `http://127.0.0.1:${server.address().port}/hook`,
        triggers: ['FILE.UPLOADED'],
      });
      const came = once(server, 'message', { signal: AbortSignal.timeout(20_000) });
      await upload(parent, 'Zürich ½.txt', 'first');
      await came;
      const [{ body, headers }] = messages;
      assert.equal(JSON.parse(body).trigger, 'FILE.UPLOADED');
      const valid = (text, primary, secondary) =>
        WebhooksManager.validateMessage(text, headers, primary, { secondaryKey: secondary });
      assert.ok(await valid(body, 'boxtest-primary', 'other'));
      assert.ok(await valid(body, 'other', 'boxtest-secondary'));
      assert.ok(!(await valid(body, 'other', 'another')));
      assert.ok(!(await valid(body.replace('FILE', 'LIFE'), 'boxtest-primary', 'boxtest-secondary')));
      assert.equal((await box.webhooks.getWebhookById(hook.id)).address, hook.address);
      assert.ok((await box.webhooks.getWebhooks()).entries.some((h) => h.id === hook.id));
      await box.webhooks.deleteWebhookById(hook.id);
    } finally {
      server.close();
    }
  });
});
