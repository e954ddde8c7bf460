// Procore's own SDK, unchanged, works on the fake Procore. It knows the real one's hosts, headers and
// query strings, and reads every answer as JSON.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import sdk from '@procore/js-sdk';

import { startFakes } from './fakes.js';

let env;
let stop;
let procore;
let project; // its id
let company;

before(async () => {
  ({ env, stop } = await startFakes('--limits', 'off'));
  company = Number(env.PROCORE_COMPANY_ID);
  project = Number(env.PROCORE_PROJECT_ID);
  procore = connect(sdk.oauth(env.PROCORE_TOKEN));
});

after(() => stop());

const host = () => ({ apiHostname: env.PROCORE_BASE });

function connect(authorizer, defaults = {}, options = {}) {
  return sdk.client(authorizer, defaults, { ...host(), defaultCompanyId: company, ...options });
}

// quiet is the formatter for answers without a body.
const quiet = async (response) => {
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
};
const remove = (endpoint) => procore.delete(endpoint, undefined, { formatter: quiet });

const body = async (call) => (await call).body;

// refusal is what a call is answered with that must not succeed.
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    if (error.response) return { status: error.response.status, body: error.body };
    throw error;
  }
  return assert.fail('the call succeeded');
}

const inProject = (base, extra = {}) => ({ base, qs: { project_id: project, ...extra } });
const ofProject = (base, extra = {}) => ({ base: `/projects/{project_id}${base}`, params: { project_id: project }, ...extra });

// upload sends bytes to the storage and returns the uuid that a tool takes them by.
async function upload(name, content, type = 'application/octet-stream') {
  const ticket = await body(
    procore.post(ofProject('/uploads', { version: 'v1.1' }), {
      response_filename: name,
      response_content_type: type,
    }),
  );
  const form = new FormData();
  for (const [key, value] of Object.entries(ticket.fields)) form.append(key, value);
  form.append('file', new Blob([content]), name);
  const stored = await fetch(ticket.url, { method: 'POST', body: form });
  assert.ok(stored.ok, `${stored.status} of the storage`);
  return ticket.uuid;
}

// read follows a file's URL: the token is for Procore's host only, which fetch sees to.
async function read(url) {
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${env.PROCORE_TOKEN}` } });
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

let rooms = 0;
async function room() {
  const folder = await body(procore.post(inProject('/folders'), { folder: { name: `room ${++rooms}` } }));
  return folder.id;
}

async function makeFile(parent, name, content) {
  const uuid = await upload(name, content);
  return body(procore.post(inProject('/files'), { file: { parent_id: parent, name, upload_uuid: uuid } }));
}

const newest = (file) => file.file_versions.reduce((a, b) => (a.number > b.number ? a : b));

describe('login', () => {
  test('an access token tells how long it lives', async () => {
    const info = await sdk.info(env.PROCORE_TOKEN, host());
    assert.equal(info.application.uid, env.PROCORE_CLIENT_ID);
    assert.ok('expires_in_seconds' in info);
  });

  test('a refresh token brings a new pair, once', async () => {
    const ask = (refresh) =>
      sdk.refresh({ id: env.PROCORE_CLIENT_ID, secret: env.PROCORE_CLIENT_SECRET, uri: 'http://localhost', refresh }, host());
    const pair = await ask(env.PROCORE_REFRESH_TOKEN);
    assert.notEqual(pair.refresh_token, env.PROCORE_REFRESH_TOKEN);
    assert.equal(pair.token_type.toLowerCase(), 'bearer');
    const stale = sdk.oauth('stale');
    const client = connect(sdk.refresher(stale, async () => pair));
    const me = await body(client.get({ base: '/me' }));
    assert.ok(Number.isSafeInteger(me.id));
    assert.equal(stale.getToken(), pair.access_token);
    assert.equal((await ask(env.PROCORE_REFRESH_TOKEN)).error, 'invalid_grant');
    const revoked = await sdk.revoke(
      { token: pair.access_token, clientId: env.PROCORE_CLIENT_ID, clientSecret: env.PROCORE_CLIENT_SECRET },
      host(),
    );
    assert.deepEqual(revoked, {});
    assert.equal((await refusal(connect(sdk.oauth(pair.access_token)).get({ base: '/me' }))).status, 401);
  });

  test('a code that cannot be is refused', async () => {
    const pair = await sdk.token(
      { id: env.PROCORE_CLIENT_ID, secret: env.PROCORE_CLIENT_SECRET, code: 'nonsense', uri: 'http://localhost' },
      host(),
    );
    assert.equal(pair.error, 'invalid_grant');
  });
});

describe('companies and projects', () => {
  test('are listed, page by page', async () => {
    const companies = await procore.get({ base: '/companies', qs: { page: 1, per_page: 1 } });
    assert.equal(companies.body[0].id, company);
    assert.ok(Number(companies.response.headers.get('Total')) >= 1);
    const projects = await body(
      procore.get({ base: '/projects', qs: { company_id: company, filters: { by_status: 'All' }, page: 1, per_page: 100 } }),
    );
    assert.ok(projects.some((p) => p.id === project));
    const compact = await body(
      procore.get({ base: '/projects', version: 'v1.1', qs: { company_id: company, view: 'compact', filters: { id: [project] } } }),
    );
    assert.deepEqual(compact.map((p) => p.id), [project]);
  });

  test('without the company header nothing is found', async () => {
    const client = sdk.client(sdk.oauth(env.PROCORE_TOKEN), {}, host());
    const error = await refusal(client.get(inProject('/folders')));
    assert.equal(error.status, 404);
    assert.equal((await body(client.get({ base: '/companies' })))[0].id, company);
  });

  test('a token that is none is refused', async () => {
    const error = await refusal(connect(sdk.oauth('nonsense')).get(inProject('/folders')));
    assert.equal(error.status, 401);
  });
});

describe('documents', () => {
  test('folders are made, renamed, moved, listed and deleted', async () => {
    const parent = await room();
    const make = (name) => body(procore.post(inProject('/folders'), { folder: { parent_id: parent, name } }));
    const one = await make('One');
    const two = await make('Two');
    const moved = await body(
      procore.patch({ ...inProject('/folders'), params: { id: two.id } }, { folder: { name: 'Zwei', parent_id: one.id } }),
    );
    assert.equal(moved.parent_id, one.id);
    const shown = await body(procore.get({ ...inProject('/folders'), params: { id: parent } }));
    assert.deepEqual(shown.folders.map((f) => f.name), ['One']);
    assert.deepEqual(shown.folders[0].folders, []); // one level a call
    assert.equal(shown.folders[0].has_children, true);
    const taken = await refusal(procore.post(inProject('/folders'), { folder: { parent_id: parent, name: 'One' } }));
    assert.equal(taken.status, 400);
    assert.equal(await body(remove({ ...inProject('/folders'), params: { id: one.id } })), null);
    const left = await body(procore.get({ ...inProject('/folders'), params: { id: parent } }));
    assert.deepEqual(left.folders.map((f) => f.name), []);
  });

  test('files go up, come down and get versions', async () => {
    const parent = await room();
    const file = await makeFile(parent, 'a b.txt', 'first');
    assert.equal(file.size, 5);
    assert.equal((await read(newest(file).url)).toString(), 'first');
    const second = await body(
      procore.patch({ ...inProject('/files'), params: { id: file.id } }, { file: { upload_uuid: await upload('a b.txt', 'second') } }),
    );
    assert.equal(newest(second).number, 2);
    const third = await body(
      procore.post(inProject('/file_versions', { file_id: file.id }), {
        file_version: { name: 'a b.txt', notes: 'again', upload_uuid: await upload('a b.txt', 'the third') },
      }),
    );
    assert.equal(third.number, 3);
    const shown = await body(procore.get({ ...inProject('/file_versions'), params: { id: third.id } }));
    assert.equal(shown.size, 9);
    const renamed = await body(
      procore.patch({ ...inProject('/files'), params: { id: file.id } }, { file: { name: 'b.txt', description: 'x' } }),
    );
    assert.equal(renamed.name, 'b.txt');
    assert.equal((await read(newest(renamed).url)).toString(), 'the third');
    assert.equal(await body(remove({ ...inProject('/files'), params: { id: file.id } })), null);
  });

  test('great ones go up in segments', async () => {
    const content = randomBytes(6 << 20);
    const parts = [content.subarray(0, 5 << 20), content.subarray(5 << 20)];
    const hex = (algorithm, part) => createHash(algorithm).update(part).digest('hex');
    const ticket = await body(
      procore.post(ofProject('/uploads', { version: 'v1.1' }), {
        response_filename: 'big.bin',
        size: content.length,
        segments: parts.map((p) => ({ size: p.length, sha256: hex('sha256', p), md5: hex('md5', p) })),
      }),
    );
    assert.equal(ticket.status, 'ready');
    const etags = [];
    for (const [i, part] of parts.entries()) {
      const { 'content-length': length, ...headers } = ticket.segments[i].headers;
      assert.equal(Number(length), part.length);
      const answer = await fetch(ticket.segments[i].url, {
        method: 'PUT',
        headers: { ...headers, 'Content-Type': 'application/octet-stream' },
        body: part,
      });
      assert.equal(answer.status, 200);
      etags.push({ etag: answer.headers.get('ETag') });
    }
    const done = await body(
      procore.patch(ofProject('/uploads/{uuid}', { version: 'v1.1', params: { project_id: project, uuid: ticket.uuid } }), {
        segments: etags,
      }),
    );
    assert.equal(done.status, 'complete');
    const file = await body(
      procore.post(inProject('/files'), { file: { parent_id: await room(), name: 'big.bin', upload_uuid: ticket.uuid } }),
    );
    assert.ok((await read(newest(file).url)).equals(content));
  });

  test('the index is flat, filtered and read in pages', async () => {
    const parent = await room();
    for (const name of ['1.txt', '2.txt', '3.txt']) await makeFile(parent, name, name);
    const index = (qs) =>
      procore.get(ofProject('/documents', { qs: { view: 'extended', sort: 'name', per_page: 2, filters: { folder_id: parent, document_type: 'file' }, ...qs } }));
    const first = await index({ page: 1 });
    assert.equal(first.response.headers.get('Total'), '3');
    assert.equal(first.response.headers.get('Per-Page'), '2');
    assert.match(first.response.headers.get('Link'), /rel="next"/);
    const second = await index({ page: 2 });
    assert.deepEqual([...first.body, ...second.body].map((d) => d.name), ['1.txt', '2.txt', '3.txt']);
    assert.doesNotMatch(second.response.headers.get('Link') ?? '', /rel="next"/);
    assert.deepEqual((await index({ page: 3 })).body, []);
    assert.equal(first.body[0].file.current_version.size, 5);
    const normal = await body(index({ page: 1, view: 'normal' }));
    assert.equal(normal[0].file, undefined);
    const ids = await body(
      procore.get({
        base: '/companies/{company_id}/projects/{project_id}/folders/{folder_id}',
        params: { company_id: company, project_id: project, folder_id: parent },
        version: 'v2.0',
        qs: { per_page: 100 },
      }),
    );
    assert.deepEqual(ids.data.map((d) => typeof d.id), ['string', 'string', 'string']);
  });

  test('what was deleted is in the recycle bin', async () => {
    const parent = await room();
    const file = await makeFile(parent, 'gone.txt', 'x');
    await remove({ ...inProject('/files'), params: { id: file.id } });
    const bin = await body(
      procore.get(ofProject('/documents', { qs: { view: 'extended', per_page: 2000, filters: { is_in_recycle_bin: true } } })),
    );
    assert.ok(bin.some((d) => d.id === file.id && d.is_deleted));
  });

  test('a file is checked out and in again', async () => {
    const file = await makeFile(await room(), 'a.txt', 'x');
    const held = await body(
      procore.patch({ ...inProject('/files'), params: { id: file.id } }, { file: { checked_out_until: '2099-01-01T00:00:00Z' } }),
    );
    assert.ok(held.checked_out_by.id > 0);
    const free = await body(
      procore.patch({ ...inProject('/files'), params: { id: file.id } }, { file: { checked_out_until: null } }),
    );
    assert.equal(free.checked_out_by, null);
  });
});

describe('photos', () => {
  test('albums are made, renamed and deleted, but for Unclassified', async () => {
    const album = await body(procore.post(inProject('/image_categories'), { image_category: { name: 'Site', private: false } }));
    const list = await body(procore.get(inProject('/image_categories', { page: 1, per_page: 100 })));
    assert.ok(list.some((a) => a.id === album.id && a.name === 'Site'));
    const renamed = await body(
      procore.patch({ ...inProject('/image_categories'), params: { id: album.id } }, { image_category: { name: 'Roof' } }),
    );
    assert.equal(renamed.name, 'Roof');
    await remove({ ...inProject('/image_categories'), params: { id: album.id } });
    const fixed = list.find((a) => a.name === 'Unclassified');
    assert.ok((await refusal(remove({ ...inProject('/image_categories'), params: { id: fixed.id } }))).status >= 400);
  });

  test('photos are added, moved, found and deleted', async () => {
    const make = (name) => body(procore.post(inProject('/image_categories'), { image_category: { name } }));
    const [one, two] = [await make('One'), await make('Two')];
    const uuid = await upload('IMG_1.jpg', 'no real photo', 'image/jpeg');
    const photo = await body(
      procore.post(inProject('/images'), { upload_uuid: uuid, image_name: 'IMG_1.jpg', image: { image_category_id: one.id } }),
    );
    assert.equal(photo.filename, 'IMG_1.jpg');
    assert.equal((await read(photo.url)).toString(), 'no real photo');
    await procore.patch({ ...inProject('/images'), params: { id: photo.id } }, { image: { image_category_id: two.id, description: 'x' } });
    const found = await body(procore.get(inProject('/images', { image_category_id: two.id, page: 1, per_page: 10 })));
    assert.deepEqual(found.map((i) => i.id), [photo.id]);
    const ids = await body(procore.get(inProject('/images', { serializer_view: 'ids_only', page: 1, per_page: 100 })));
    assert.ok(ids.includes(photo.id));
    await remove({ ...inProject('/images'), params: { id: photo.id } });
    const left = await body(procore.get(inProject('/images', { serializer_view: 'ids_only' })));
    assert.ok(!left.includes(photo.id));
  });
});

// pdf asks for a rendering and follows to it.
async function pdf(endpoint) {
  const { body: bytes } = await procore.get(endpoint, {
    formatter: async (response) => Buffer.from(await response.arrayBuffer()),
  });
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
  return bytes;
}

describe('RFIs', () => {
  test('are asked, answered, printed, recycled and retrieved', async () => {
    const me = await body(procore.get({ base: '/me' }));
    const rfi = await body(
      procore.post(ofProject('/rfis'), {
        rfi: { subject: 'Slab edge', rfi_manager_id: me.id, question: { body: 'How thick?', upload_ids: [await upload('a.pdf', 'sketch')] } },
      }),
    );
    assert.equal(typeof rfi.number, 'string');
    assert.equal((await read(rfi.questions[0].attachments[0].url)).toString(), 'sketch');
    const at = (base, extra = {}) => ofProject(`/rfis/${rfi.id}${base}`, extra);
    const reply = await body(
      procore.post(at('/replies'), { reply: { body: 'Thick.', official: true, upload_ids: [await upload('b.pdf', 'answer')] } }),
    );
    assert.equal(reply.attachments.length, 1);
    const shown = await body(procore.get(at('')));
    assert.deepEqual(shown.questions[0].answers.map((a) => a.id), [reply.id]);
    const list = await body(procore.get(ofProject('/rfis', { qs: { page: 1, per_page: 100, filters: { status: ['open', 'draft'] } } })));
    assert.equal(list.find((r) => r.id === rfi.id).questions[0].attachments, undefined);
    assert.notDeepEqual(await pdf(at('.pdf')), await pdf(at('.pdf')));
    await procore.patch(at('/recycle'), {}, { formatter: quiet });
    const bin = await body(procore.get(ofProject('/rfis/recycle_bin')));
    assert.ok(bin.some((r) => r.id === rfi.id));
    await procore.patch(at('/retrieve'), {}, { formatter: quiet });
    const back = await body(procore.get(ofProject('/rfis', { qs: { per_page: 100 } })));
    assert.ok(back.some((r) => r.id === rfi.id));
  });
});

describe('submittals', () => {
  test('are kept, revised, printed and deleted', async () => {
    const files = await makeFile(await room(), 'mix.pdf', 'mix');
    const make = (revision) =>
      body(
        procore.post(ofProject('/submittals', { version: 'v1.1' }), {
          submittal: { number: '77', title: 'Concrete mix', revision, prostore_file_ids: [newest(files).prostore_file.id] },
        }),
      );
    const [first, second] = [await make('0'), await make('1')];
    const at = (base, id = second.id) => ofProject(`/submittals/${id}${base}`, { version: 'v1.1' });
    const shown = await body(procore.get(at('')));
    assert.equal((await read(shown.associated_attachments[0].url)).toString(), 'mix');
    assert.equal(shown.current_revision, true);
    const revisions = await body(procore.get(at('/revisions')));
    assert.ok([first.id, second.id].every((id) => revisions.some((r) => r.id === id)));
    const wrong = await refusal(procore.post(ofProject('/submittals', { version: 'v1.1' }), { submittal: { title: 'no number' } }));
    assert.equal(wrong.status, 422);
    await pdf(at('.pdf'));
    await remove(at('', first.id));
    const bin = await body(procore.get(ofProject('/submittals/recycle_bin', { version: 'v1.1' })));
    assert.ok(bin.some((s) => s.id === first.id));
    const list = await body(procore.get(ofProject('/submittals', { version: 'v1.1', qs: { filters: { number: ['77'] } } })));
    assert.deepEqual(list.map((s) => s.id), [second.id]);
  });
});

describe('webhooks', () => {
  test('tell what happens, with the value that was agreed on', async () => {
    const messages = [];
    const server = createServer(async (request, response) => {
      messages.push({ body: await json(request), headers: request.headers });
      response.end();
      server.emit('message');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const scope = { project_id: project };
      const hook = await body(
        procore.post({ base: '/webhooks/hooks' }, {
          ...scope,
          hook: {
            api_version: 'v2',
            namespace: 'js-sdk',
            destination_url: `http://127.0.0.1:${server.address().port}/hook`,
            destination_headers: { Authorization: 'Bearer s3cret-word' },
          },
        }),
      );
      assert.equal(hook.destination_headers.Authorization, '*****-word');
      const triggers = { base: `/webhooks/hooks/${hook.id}/triggers` };
      const trigger = await body(
        procore.post(triggers, { ...scope, api_version: 'v2', trigger: { resource_name: 'Project Folders', event_type: 'create' } }),
      );
      const listed = await body(procore.get({ ...triggers, qs: scope }));
      assert.deepEqual(listed.map((t) => t.id), [trigger.id]);
      const came = once(server, 'message', { signal: AbortSignal.timeout(20_000) });
      const folder = await room();
      await came;
      assert.equal(messages[0].headers.authorization, 'Bearer s3cret-word');
      assert.equal(messages[0].body.resource_name, 'Project Folders');
      assert.equal(messages[0].body.resource_id, folder);
      assert.equal(messages[0].body.event_type, 'create');
      const names = await body(procore.get({ base: '/webhooks/resources', qs: scope }));
      assert.ok(names.some((r) => r.name === 'Project Files'));
      const deliveries = await body(procore.get({ base: `/webhooks/hooks/${hook.id}/deliveries`, qs: { ...scope, filters: { status: 'any' } } }));
      assert.ok(Array.isArray(deliveries));
      await remove({ base: `/webhooks/hooks/${hook.id}/triggers/${trigger.id}`, qs: scope });
      const modern = await body(
        procore.post(
          {
            base: '/companies/{company_id}/projects/{project_id}/webhooks/hooks',
            params: { company_id: company, project_id: project },
            version: 'v2.0',
          },
          { payload_version: 'v4.0', namespace: 'js-sdk-4', destination_url: 'https://example.com/hook' },
        ),
      );
      assert.equal(typeof modern.data.id, 'string');
      await remove({ base: '/webhooks/hooks', params: { id: hook.id }, qs: scope });
      const left = await body(procore.get({ base: '/webhooks/hooks', qs: { ...scope, namespace: 'js-sdk' } }));
      assert.deepEqual(left, []);
    } finally {
      server.close();
    }
  });
});
