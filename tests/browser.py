"""Chromium without a window, asked by its DevTools protocol over a pipe: it listens on no port, and reaches no server.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

SWITCHES = (
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--hide-scrollbars',
    '--font-render-hinting=none',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--proxy-server=127.0.0.1:9',
    '--remote-debugging-pipe',
)


class Page:
    """One page. Answers of the browser come in their order, events between them."""

    def __init__(self, to: IO[bytes], answers: IO[bytes]) -> None:
        self._to = to
        self._answers = answers
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.ask('Target.createTarget', url='about:blank')['targetId']
        self._session = self.ask('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Network', 'Log', 'Runtime'):
            self.ask(f'{domain}.enable')

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Raises RuntimeError where the browser does not do it."""
        self._number += 1
        session = {'sessionId': self._session} if self._session else {}
        request = {'id': self._number, 'method': method, 'params': parameters, **session}
        self._to.write(json.dumps(request).encode() + b'\0')
        self._to.flush()
        while True:
            answer = self._next()
            if answer.get('id') == self._number:
                if 'error' in answer:
                    raise RuntimeError(f'{method}: {answer["error"]}')
                result: dict[str, Any] = answer['result']
                return result

    def open(self, file: Path, *, width: int = 1280, scheme: str = 'light', media: str = '') -> None:
        """Until everything is loaded."""
        self.ask('Emulation.setDeviceMetricsOverride', width=width, height=900, deviceScaleFactor=1, mobile=False)
        features = [{'name': 'prefers-color-scheme', 'value': scheme}]
        self.ask('Emulation.setEmulatedMedia', media=media, features=features)
        self.events.clear()
        self.ask('Page.navigate', url=file.as_uri())
        while not any(event['method'] == 'Page.loadEventFired' for event in self.events):
            self._next()

    def value(self, expression: str) -> Any:
        return self.ask('Runtime.evaluate', expression=expression, returnByValue=True)['result'].get('value')

    def picture(self, width: int, height: int) -> bytes:
        """The top of the page as PNG."""
        clip = {'x': 0, 'y': 0, 'width': width, 'height': height, 'scale': 1}
        shot = self.ask('Page.captureScreenshot', captureBeyondViewport=True, format='png', clip=clip)
        return base64.b64decode(shot['data'])

    def pdf(self) -> bytes:
        return base64.b64decode(self.ask('Page.printToPDF', printBackground=True)['data'])

    @property
    def requested(self) -> list[str]:
        """Addresses that the page asked for since it was opened, its own included."""
        sent = (e['params']['request']['url'] for e in self.events if e['method'] == 'Network.requestWillBeSent')
        return list(sent)

    @property
    def complaints(self) -> list[str]:
        """What the browser logged: violations of the policy, and exceptions of scripts."""
        logged = (e['params'] for e in self.events if e['method'] in ('Log.entryAdded', 'Runtime.exceptionThrown'))
        return [json.dumps(each) for each in logged]

    def _next(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._answers.read(1)) != b'\0':
            if not byte:
                raise RuntimeError('the browser ended')
            text += byte
        answer: dict[str, Any] = json.loads(text)
        if 'method' in answer:
            self.events.append(answer)
        return answer


@contextmanager
def browser(program: Path) -> Iterator[Page]:
    """`program` is Chromium."""
    (its_input, to), (answers, its_output) = os.pipe(), os.pipe()
    redirected = f'exec "$@" 3<&{its_input} 4>&{its_output}'
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            'bash',
            '-c',
            redirected,
            'bash',
            str(program),
            *SWITCHES,
            f'--user-data-dir={profile}',
            'about:blank',
        ]
        process = subprocess.Popen(
            command, pass_fds=(its_input, its_output), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(its_input)
        os.close(its_output)
        with open(to, 'wb') as writer, open(answers, 'rb') as reader:  # noqa: PTH123  (pipes have no path)
            try:
                yield Page(writer, reader)
            finally:
                process.kill()
                process.wait()
