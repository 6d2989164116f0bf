"""What the people of the demo world write: reasons, requests, motivations, notes, titles of documents.

All of it is invented and in Swedish, as a Swedish secretariat would write. `{medicine}` and `{company}`
are filled in with the case's own.
"""

from __future__ import annotations

from collections.abc import Mapping

# What is stated when an action is taken, by the action's name. Every action that takes a text is here.
STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "submit_early_report": (
        "Rapporten är stämd av med fyrlänsgruppen. Patientgruppen bedöms till 40–60 personer i landet.",
        "Rapporten beskriver en ny verkningsmekanism och en betydande budgetpåverkan redan första året.",
    ),
    "nominate": (
        "Läkemedlet väntas få stor budgetpåverkan och behovet av en jämlik användning i landet är stort.",
        "Svår sjukdom utan etablerad behandling. Flera regioner har redan fått frågor från sina kliniker.",
        "Regionen ser en risk för att användningen blir ojämlik om frågan inte hanteras nationellt.",
    ),
    "refer_collaboration": (
        "Arton regioner har svarat, samtliga för nationell samverkan.",
        "Alla regioner har svarat. Två är tveksamma eftersom patientgruppen är liten.",
    ),
    "select": (
        (
            "Sjukdomen är svår, patientgruppen är tydligt avgränsad och kostnaden per patient bedöms bli hög. "
            "Rådet beslutar därför om nationell samverkan."
        ),
        "Budgetpåverkan och behovet av jämlik tillgång talar för nationell samverkan.",
    ),
    "do_not_select": (
        (
            "Läkemedlet tillför ett ytterligare alternativ i en grupp där det redan finns flera. "
            "Frågan kan hanteras av regionernas läkemedelskommittéer."
        ),
        "Den förväntade användningen är begränsad och budgetpåverkan liten. Rådet ser inte skäl till samverkan.",
    ),
    "record_approval": ("Kommissionens beslut har publicerats. Indikationen är den som väntades.",),
    "order_assessment": (
        "Underlaget ska särskilt belysa långtidseffekten och den jämförande behandlingen.",
        "Vi önskar en redovisning av hur resultatet påverkas av patienternas ålder vid insättning.",
    ),
    "submit_application": ("Underlaget är komplett enligt anvisningarna. Modellen bifogas.",),
    "decline_invitation": ("{company} avser inte att lansera {medicine} i Sverige under det närmaste året.",),
    "decline_application": (
        "Ansökan avser en indikation som redan prövas i ett annat ärende hos förbundet.",
        "Indikationen är onkologisk till sin natur och ligger därmed utanför modellens tillämpningsområde.",
    ),
    "request_supplement": (
        "Vi behöver överlevnadsdata för minst 24 månader samt en känslighetsanalys av behandlingslängden.",
        "Redovisa hur den indirekta jämförelsen har justerats för skillnader mellan studiepopulationerna.",
        "Den hälsoekonomiska modellen går inte att räkna om. Lämna en öppen version med samtliga antaganden.",
    ),
    "submit_supplement": (
        "Bifogat finns de begärda uppgifterna samt en uppdaterad modell.",
        "Uppföljningsdata för 24 månader lämnas. Den begärda känslighetsanalysen finns i bilaga 3.",
    ),
    "proceed_without_supplement": (
        "Uppgifterna finns inte och kan inte väntas inom rimlig tid. Osäkerheten redovisas i underlaget.",
    ),
    "deliver_assessment": (
        "Kostnaden per vunnet kvalitetsjusterat levnadsår är hög och osäkerheten medelstor.",
        "Sjukdomens svårighetsgrad bedöms som mycket hög. Resultatet är känsligt för behandlingens längd.",
        "Underlaget är justerat efter företagets synpunkter på sakuppgifter.",
    ),
    "start_negotiation": ("Kostnaden överstiger det som bedöms rimligt. Förhandling inleds med {company}.",),
    "submit_to_council": (
        "Underlaget visar en rimlig kostnad i förhållande till nyttan. Förhandling bedöms inte behövas.",
        "Ärendet är färdigberett och kan tas upp vid nästa sammanträde.",
    ),
    "decline_extension": (
        "Den föreslagna dagen ligger för långt fram. Vi ser helst ett avslut inom gränsen.",
    ),
    "conclude_agreement": (
        "Parterna är överens om villkor som gör kostnaden rimlig i förhållande till nyttan.",
        "Överenskommelsen omfattar hela indikationen och gäller i två år.",
    ),
    "end_without_agreement": (
        "Parterna står för långt ifrån varandra för att fortsatta samtal ska vara meningsfulla.",
        "{company} har meddelat att man inte kan lämna ett lägre pris än det som gäller i övriga länder.",
    ),
    "publish_reasons": (
        "Kostnaden står inte i rimligt förhållande till nyttan, och parterna har inte nått någon överenskommelse.",
        "Effekten över tid är osäker och risken har inte kunnat delas mellan parterna på ett godtagbart sätt.",
    ),
    "return_to_negotiation": (
        "Rådet önskar att villkoren för patienter som avbryter behandlingen klarläggs innan ställning tas.",
    ),
    "record_appeal": ("En av medlemmarna i förbundet har begärt laglighetsprövning hos förvaltningsrätten.",),
    "record_appeal_dismissed": (
        "Förvaltningsrätten har avslagit överklagandet. Avgörandet har fått laga kraft.",
    ),
    "record_annulment": (
        "Förvaltningsrätten har upphävt beslutet eftersom ärendet inte har beretts i föreskriven ordning.",
    ),
    "announce_minutes": ("Protokollet är justerat och tillkännaget på förbundets anslagstavla.",),
    "record_remittal": (
        "Förvaltningsrätten har återförvisat ärendet eftersom tilldelningen inte var tillräckligt motiverad.",
    ),
    "change_decision": (
        "Förbundet ändrar beslutet eftersom nya uppgifter om patientgruppen har kommit in med överklagandet.",
    ),
    "complete_introduction": (
        "Samtliga regioner har beslutat. Ett introduktionsprotokoll finns.",
        "Införandet är genomfört. Två regioner har infört med begränsning och redovisat sina skäl.",
    ),
    "record_follow_up_report": (
        "Användningen motsvarar det förväntade. Skillnaden mellan regionerna har minskat.",
        "Färre patienter än beräknat behandlas. Registret täcker omkring 80 procent.",
    ),
    "start_reassessment": (
        "Ett nytt läkemedel med samma indikation har godkänts. Ställningstagandet behöver prövas på nytt.",
        "Nya data över fem års uppföljning har publicerats.",
    ),
    "confirm_recommendation": ("De nya uppgifterna ändrar inte den samlade bedömningen.",),
    "revise_recommendation": (
        "De nya uppgifterna ger en säkrare bild av effekten, och ställningstagandet behöver ändras.",
    ),
    "close_case": (
        "Användningen är etablerad och stabil. Regionernas läkemedelskommittéer tar över.",
        "Behovet av nationell samverkan har upphört eftersom generika finns på marknaden.",
    ),
    "publish_interim_wait": (
        "I väntan på rådets ställningstagande rekommenderas regionerna att avvakta med användning.",
    ),
    "renew_interim_wait": ("Beredningen är inte avslutad. Rådet att avvakta gäller tills vidare.",),
    "make_dormant": (
        "Företaget har skjutit upp lanseringen i Europa. Ärendet läggs vilande tills vidare.",
        "Läkemedelsmyndighetens granskning har stannat upp. Vi återupptar när den fortsätter.",
    ),
    "reactivate": ("Skälet till vilan har fallit bort. Beredningen fortsätter.",),
    "withdraw": (
        "{company} drar tillbaka ärendet av kommersiella skäl.",
        "Vi återkallar eftersom priset i Sverige inte kan fastställas före besluten i övriga Norden.",
    ),
    "continue_on_own_motion": (
        "Behovet i vården kvarstår och läkemedlet används redan på licens. Rådet fortsätter på eget initiativ.",
    ),
    "close_withdrawn": ("Efter återkallelsen saknas underlag för ett ställningstagande. Ärendet avskrivs.",),
    "record_authorisation_refused": (
        "Läkemedelsmyndighetens kommitté har avstyrkt godkännande och företaget har inte begärt omprövning.",
    ),
    "discontinue": (
        "Utvecklingsprogrammet har lagts ned. Det finns inte längre något att ta ställning till.",
        "Företaget har meddelat att läkemedlet inte kommer att säljas i Sverige.",
    ),
    "supersede": (
        "Indikationen har utvidgats, och frågan prövas i ett nytt ärende som omfattar båda grupperna.",
    ),
    "request_completion": (
        "Ansökan saknar uppgift om förpackningsstorlekar och pris per förpackning.",
        "Hälsoekonomisk modell och referenslista saknas.",
    ),
    "complete_application": (
        "De saknade uppgifterna bifogas.",
        "Modell och referenser lämnas i bilaga 1 och 2.",
    ),
    "register_complete": ("Ansökan är komplett. Handläggare är utsedd.",),
    "dismiss_application": (
        "Ansökan har inte kompletterats inom den tid som angavs. Företaget kan ansöka på nytt.",
    ),
    "request_deferment": ("Vi behöver mer tid för att ta fram den jämförelse som har begärts.",),
    "grant_deferment": ("Uppskov medges så att företaget kan lämna den begärda jämförelsen.",),
    "request_tripartite": ("Vi önskar överläggningar med regionerna om villkor som kan minska osäkerheten.",),
    "offer_tripartite": ("Kostnaden är hög i förhållande till nyttan. Regionerna erbjuder överläggningar.",),
    "join_tripartite": ("Regionerna deltar med två företrädare.",),
    "accept_tripartite": ("Vi tackar ja och återkommer med förslag på tider.",),
    "decline_tripartite": (
        "Kostnaden bedöms vara rimlig utan särskilda villkor. Överläggningar behövs inte.",
    ),
    "refuse_tripartite": ("Vi anser att ansökan ska prövas på det material som har lämnats.",),
    "refer_to_board": ("Underlaget är färdigt och har lämnats till nämnden.",),
    "approve_benefit": (
        (
            "Kostnaden är rimlig i förhållande till nyttan. Läkemedlet ingår i förmånerna med begränsning "
            "till patienter som inte har svarat på annan behandling."
        ),
        "Kraven i 15 § lagen om läkemedelsförmåner är uppfyllda. Läkemedlet ska ingå i förmånerna.",
    ),
    "reject_benefit": (
        "Kostnaden är inte rimlig i förhållande till nyttan. Ansökan avslås.",
        "Effekten jämfört med befintlig behandling är inte visad. Ansökan avslås.",
    ),
    "await_new_application": ("Företaget har meddelat att en ny ansökan kommer under nästa år.",),
    "apply_price_increase": (
        "Kostnaden för den verksamma substansen har stigit och produkten riskerar att lämna marknaden.",
        "Volymerna har minskat så att nuvarande pris inte täcker tillverkningskostnaden.",
    ),
    "request_price_supplement": ("Redovisa tillverkningskostnaden per förpackning för de tre senaste åren.",),
    "submit_price_supplement": ("Kostnadsuppgifter för tre år bifogas. Uppgifterna omfattas av sekretess.",),
    "extend_price_increase": ("Antalet ansökningar är exceptionellt stort. Tiden förlängs en gång.",),
    "grant_price_increase": ("Läkemedlet behövs och riskerar annars att försvinna från marknaden.",),
    "refuse_price_increase": ("Det finns likvärdiga alternativ till lägre kostnad. Ansökan avslås.",),
    "withdraw_price_increase": ("Vi drar tillbaka ansökan och återkommer nästa år.",),
}

# The position decides what is written as its grounds.
POSITIONS: Mapping[str, tuple[str, ...]] = {
    "should": (
        (
            "Sjukdomen är mycket svår, effekten är god och säkert visad och kostnaden är rimlig. "
            "{medicine} bör användas."
        ),
    ),
    "can": (
        (
            "Nyttan är visad och kostnaden är rimlig med den överenskommelse som finns. Osäkerheten om "
            "långtidseffekten är medelstor. {medicine} kan användas."
        ),
        "{medicine} kan användas för patienter som inte har svarat på tidigare behandling.",
    ),
    "should_not": (
        "Kostnaden är hög i förhållande till nyttan och osäkerheten är stor. {medicine} bör inte användas.",
        "Effekten jämfört med befintlig behandling är inte visad. {medicine} bör inte användas.",
    ),
}
REGIONAL_DECISIONS: Mapping[str, tuple[str, ...]] = {
    "introduced": (
        "Regionen följer rekommendationen. Behandlingen ges vid universitetssjukhuset.",
        "Beslut fattat av hälso- och sjukvårdsdirektören.",
        "Regionen inför enligt rekommendationen. Inga egna patienter är kända i nuläget.",
    ),
    "limited": (
        "Införs men endast vid en klinik, eftersom patienterna är få och behandlingen kräver särskild kompetens.",
        "Införs för nya patienter. Pågående behandlingar ses över under året.",
    ),
    "not_introduced": ("Regionen saknar patienter inom indikationen och avvaktar därför.",),
}

NOTES = (
    "Talade med företaget. De räknar med beslut från kommissionen under våren.",
    "Fråga från en verksamhetschef om när ställningstagandet kan väntas. Hänvisade till ärendesidan.",
    "Avstämt med TLV: utredaren räknar med att bli klar i tid.",
    "Ärendet togs upp på veckomötet. Inga hinder.",
    "Patientföreningen har hört av sig och vill lämna synpunkter. Bad dem återkomma skriftligt.",
    "Jäv: en ledamot har anmält uppdrag för företaget och deltar inte i ärendet.",
    "Den medicinska experten är på semester till och med vecka 32. Ersättare är vidtalad.",
    "Uppgift om priset i Danmark har kommit in. Den är offentlig.",
    "Kontrollerade indikationen mot produktresumén. Stämmer.",
    "Företagets kontaktperson har bytts. Den nya har fått tillgång till ärendet.",
    "Budgetpåverkan är räknad på nytt med 52 patienter i stället för 45.",
    "Mötet med företaget flyttas en vecka på deras begäran.",
    "Två regioner har redan patienter på licens. Kostnaden uppskattas till 11 miljoner kronor per år.",
    "Påminde om svar. Företaget lovar underlaget före månadsskiftet.",
    "Kommunikatören förbereder nyhet på webbplatsen inför sammanträdet.",
    "Handlingen innehöll personuppgifter och har återsänts. Företaget lämnar en ny.",
    "Registret kan ta fram uppföljningsdata två gånger per år.",
    "Diskuterade jämförelsealternativet med läkemedelskommittéernas nätverk. Enighet om standardbehandling.",
)

# Kind of document: title, the name of its file, and what stands in it.
DOCUMENTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "early_report": (
        "Tidig bedömningsrapport {medicine}",
        "tidig-bedomningsrapport.pdf",
        (
            "Läkemedlet väntas bli godkänt inom ett år.",
            "Antalet patienter i Sverige uppskattas till mellan 40 och 120.",
            "Budgetpåverkan bedöms bli måttlig till stor. En jämlik användning kräver samordning.",
        ),
    ),
    "application": (
        "Ansökan {medicine}",
        "ansokan.pdf",
        (
            "{company} ansöker härmed om prövning av {medicine}.",
            "Klinisk dokumentation och hälsoekonomisk modell lämnas i särskilda bilagor.",
        ),
    ),
    "assessment_report": (
        "Hälsoekonomiskt underlag {medicine}",
        "halsoekonomiskt-underlag.pdf",
        (
            "Sjukdomens svårighetsgrad bedöms som hög.",
            "Kostnaden per vunnet kvalitetsjusterat levnadsår redovisas för tre scenarier.",
            "Osäkerheten i resultatet är medelstor och beror främst på effektens varaktighet.",
        ),
    ),
    "recommendation": (
        "Rekommendation {medicine}",
        "rekommendation.pdf",
        (
            "Rådet har tagit ställning till {medicine}.",
            "Ställningstagandet gäller tills vidare och omprövas senast inom två år.",
        ),
    ),
    "follow_up_report": (
        "Uppföljningsrapport {medicine}",
        "uppfoljningsrapport.pdf",
        (
            "Antal behandlade patienter, region för region, redovisas i bilaga.",
            "Användningen följer rekommendationen. Inga oväntade biverkningar har rapporterats.",
        ),
    ),
    "supplement": (
        "Komplettering {medicine}",
        "komplettering.txt",
        ("Svar på begäran om komplettering.", "Känslighetsanalysen ändrar inte slutsatsen."),
    ),
    "agreement": (
        "Villkor, sammanfattning {medicine}",
        "villkor-sammanfattning.pdf",
        ("Parterna är överens om villkoren. Beloppen finns i avtalet och inte i denna sammanfattning.",),
    ),
    "follow_up_protocol": (
        "Införande- och uppföljningsprotokoll {medicine}",
        "protokoll.pdf",
        (
            "Behandlingen ges vid universitetssjukhus.",
            "Varje patient registreras i det nationella registret.",
        ),
    ),
    "withdrawal": (
        "Återkallelse {medicine}",
        "aterkallelse.txt",
        ("{company} återkallar härmed ärendet om {medicine}.",),
    ),
}
