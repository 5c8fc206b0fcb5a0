import { expect, test } from 'vitest'
import { stepTitle } from './step-title.ts'

test.each([
  ['FROM ubuntu:12.04', 'FROM ubuntu:12.04'],
  ['RUN apt-get update', 'apt-get update'],
  ['RUN apt-get install -y python-software-properties', 'install python-software-properties'],
  ['RUN apt-get -y install oracle-java7-installer', 'install oracle-java7-installer'],
  ['RUN add-apt-repository -y ppa:webupd8team/java', 'add-apt-repository'],
  ['RUN echo a select true | sudo /usr/bin/debconf-set-selections', 'debconf-set-selections'],
  ['RUN apt-get update \\\n && apt-get install -y nginx', 'apt-get update'],
  ['RUN ["sh", "-c", "true"]', '["sh", "-c", "true"]'],
  ['ENV JAVA_HOME /usr/lib/jvm/java-7-oracle', 'ENV JAVA_HOME'],
  ['COPY . /srv', 'COPY . /srv'],
])('%s reads %s', (text, title) => {
  expect(stepTitle(text)).toBe(title)
})
