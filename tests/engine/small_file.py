"""A workflow file small enough to read at a glance, without a fault, to break in one place at a time."""

SMALL_FILE = """\
process: small
version: 1
label: {sv: "Liten", en: "Small"}
regime: federation
source: law
sources:
  law: {sv: "Lagen", en: "The Act"}
inputs:
  answer: {type: text, required: true, label: {sv: "Svar", en: "Answer"}}
  new_due: {type: date, required: true, label: {sv: "Ny dag", en: "New day"}}
  position:
    type: choice
    required: true
    label: {sv: "Val", en: "Choice"}
    choices:
      can: {sv: "Kan", en: "Can"}
clocks:
  review:
    label: {sv: "Underlag", en: "Review"}
    basis: statute
    days: 90
    target: 60
    at_most: 120
    notify: [owner]
    on_expiry: record
    source: law
  talks:
    label: {sv: "Gräns", en: "Limit"}
    basis: policy
    days: 60
    rolls: true
    notify: [owner, company]
    escalate: [management]
    on_expiry: {action: talks_expire}
    source: law
  reply:
    label: {sv: "Svar", en: "Reply"}
    basis: contract
    working_days: 10
    rolls: false
    reminders: [-7, -1, 0, 1]
    notify: [company]
    on_expiry: record
    source: [law]
states:
  draft:
    initial: true
    phase: horizon
    waits_for: council
    owner: secretariat
    labels:
      secretariat: {sv: "Utkast", en: "Draft"}
      region: {sv: "Utkast", en: "Draft"}
      company: {sv: "Utkast", en: "Draft"}
      public: {sv: "Utkast", en: "Draft"}
    guidance: {sv: "Börja.", en: "Begin."}
    source: law
  assessment:
    phase: assessment
    waits_for: tlv
    owner: tlv_assessor
    labels:
      secretariat: {sv: "Utreds", en: "Assessed"}
      region: {sv: "Utreds", en: "Assessed"}
      company: {sv: "Utreds", en: "Assessed"}
      public: {sv: "Utreds", en: "Assessed"}
    guidance: {sv: "Utred.", en: "Assess."}
    source: law
  asked:
    interlude: true
    phase: assessment
    waits_for: company
    owner: secretariat
    labels:
      secretariat: {sv: "Frågat", en: "Asked"}
      region: {sv: "Frågat", en: "Asked"}
      company: {sv: "Svara", en: "Answer"}
      public: {sv: "Frågat", en: "Asked"}
    guidance: {sv: "Svara.", en: "Answer."}
    source: law
  talking:
    phase: negotiation
    waits_for: both
    owner: secretariat
    labels:
      secretariat: {sv: "Samtal", en: "Talks"}
      region: {sv: "Samtal", en: "Talks"}
      company: {sv: "Samtal", en: "Talks"}
      public: {sv: "Samtal", en: "Talks"}
    guidance: {sv: "Tala.", en: "Talk."}
    source: law
  done:
    terminal: true
    phase: closed
    waits_for: none
    labels:
      secretariat: {sv: "Klart", en: "Done"}
      region: {sv: "Klart", en: "Done"}
      company: {sv: "Klart", en: "Done"}
      public: {sv: "Klart", en: "Done"}
    guidance: {sv: "Klart.", en: "Done."}
    source: law
actions:
  order:
    label: {sv: "Beställ", en: "Order"}
    from: [draft]
    to: assessment
    by: [secretariat]
    requires: [owner, {document: application}]
    clocks: [{start: review}]
    source: law
  ask:
    label: {sv: "Fråga", en: "Ask"}
    from: [assessment]
    to: asked
    by: [tlv_assessor]
    clocks: [{suspend: running}, {start: reply}]
    source: law
  answer:
    label: {sv: "Svara", en: "Answer"}
    from: [asked]
    to: $previous
    by: [company_contact]
    inputs: [answer]
    clocks: [{stop: reply}, {resume: all}]
    source: law
  defer:
    label: {sv: "Skjut upp", en: "Defer"}
    from: [assessment]
    to: $same
    by: [tlv_assessor]
    requires: [{running: review}]
    inputs: [new_due]
    clocks: [{extend: review}]
    source: law
  deliver:
    label: {sv: "Lämna", en: "Deliver"}
    from: [assessment]
    to: talking
    by: [tlv_assessor]
    clocks: [{stop: review}, {start: talks}]
    notify: [company]
    source: law
  offer:
    label: {sv: "Föreslå", en: "Offer"}
    from: [talking]
    to: $same
    by: [company_contact, secretariat]
    inputs: [new_due]
    clocks: [{offer: talks}]
    source: law
  accept:
    label: {sv: "Godta", en: "Accept"}
    from: [talking]
    to: $same
    by: [company_contact, secretariat]
    clocks: [{accept: talks}]
    source: law
  decline:
    label: {sv: "Avböj", en: "Decline"}
    from: [talking]
    to: $same
    by: [company_contact, secretariat]
    clocks: [{decline: talks}]
    source: law
  talks_expire:
    label: {sv: "Slut", en: "Over"}
    from: [talking]
    to: done
    by: [system]
    source: law
  decide:
    label: {sv: "Besluta", en: "Decide"}
    from: [talking]
    to: done
    by: [secretariat]
    inputs: [position]
    sets: {outcome: $position}
    source: law
  drop:
    label: {sv: "Avskriv", en: "Drop"}
    from: active
    except: [talking]
    to: done
    by: [secretariat]
    source: law
"""
