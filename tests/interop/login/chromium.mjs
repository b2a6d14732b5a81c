#!/usr/bin/env node
// Walks a login as a person would, in a headless Chromium: chromium.mjs URL
//
// INTEROP_CACHE is set, CHROMIUM names the browser, and LOGIN may be an object in JSON:
//   report    a file to which a line in JSON is added: the pages seen, complaints, where it ended
//   width     of the window; that of a phone behaves like a phone
//   blocked   an origin that may keep no cookies, as in many embedded views
//   twice     the consent page is loaded again before it is answered
//   deny      consent is refused
//   profile   a directory: what was signed in there before still is
//   pictures  a directory for a picture of each page
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const resolver = createRequire(`${process.env.INTEROP_CACHE}/identity/x.js`);
const { default: puppeteer } = await import(pathToFileURL(resolver.resolve('puppeteer-core')));
const options = JSON.parse(process.env.LOGIN ?? '{}');
const width = options.width ?? 1280;
const profile = options.profile ?? await mkdtemp(join(tmpdir(), 'login-'));

async function block(origin) {
  await mkdir(join(profile, 'Default'), { recursive: true });
  const cookies = { [`${origin},*`]: { setting: 2 } };
  const preferences = { profile: { content_settings: { exceptions: { cookies } } } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
}

async function walk(page, seen) {
  await page.goto(process.argv[2]);
  for (let step = 0; await page.$('form') && step < 10; step += 1) {
    const { origin, pathname } = new URL(page.url());
    const consent = await page.$('[name=decision]') !== null;
    if (consent && options.twice) await page.reload();
    seen.pages.push({
      origin,
      path: pathname,
      title: await page.title(),
      consent,
      scrolls: await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
    });
    if (options.pictures) {
      await page.screenshot({ path: join(options.pictures, `${Date.now()}-${width}.png`), fullPage: true });
    }
    for (const field of ['login', 'password']) {
      await (await page.$(`input[name=${field}]`))?.type('ann');
    }
    const decision = `[name=decision][value=${options.deny ? 'deny' : 'allow'}]`;
    const button = await page.$(consent ? decision : 'button');
    await Promise.all([page.waitForNavigation(), button.click()]);
  }
}

const seen = { pages: [], complaints: [], end: '', cookies: [] };
if (options.blocked) await block(options.blocked);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  userDataDir: profile,
  defaultViewport: { width, height: 844, isMobile: width < 600, hasTouch: width < 600 },
  args: ['--no-sandbox', '--disable-dev-shm-usage',
    // It asks nobody else than this machine.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
});
try {
  const [page] = await browser.pages();
  const complain = (what) => seen.complaints.push(`${page.url().split('?')[0]}: ${what}`);
  page.on('console', (message) => {
    // Nobody promises an icon.
    const icon = message.location().url?.endsWith('/favicon.ico');
    if (['error', 'warn'].includes(message.type()) && !icon) complain(message.text());
  });
  page.on('pageerror', (error) => complain(error.message));
  await walk(page, seen);
  seen.end = page.url();
  seen.cookies = (await browser.cookies()).map(({ domain, name }) => `${domain} ${name}`);
} catch (error) {
  seen.complaints.push(String(error));
}
await browser.close();
if (!options.profile) await rm(profile, { recursive: true, force: true });
if (options.report) await appendFile(options.report, `${JSON.stringify(seen)}\n`);
